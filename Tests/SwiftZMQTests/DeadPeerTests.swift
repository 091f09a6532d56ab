import Foundation
import SwiftZMQ
import Testing

/// Sending to a peer that takes nothing, or is gone without that being known yet.
@Suite(.timeLimit(.minutes(5))) struct DeadPeerTests {
    /// A message that is too long for many to lie in the kernel.
    private static let long = Frame([UInt8](repeating: 7, count: 1 << 20))

    /// A router, and a peer of it that does not read.
    private func routerWithDeafPeer() async throws -> (Router, RawPeer, Frame) {
        let router = try Router(Context()) {
            $0.isMandatory = true
            $0.sendHighWaterMark = 2
            $0.linger = .zero
        }
        var peer = try await RawPeer(connectingTo: router.bind("tcp://127.0.0.1:*"))
        try await peer.shakeHands(as: "DEALER")
        try await peer.send(ZMTP.message("hello"))
        let hello = try await router.receive(timeout: .seconds(20))
        return (router, peer, hello[0])
    }

    private func fill(_ socket: some SendingSocket, with message: Message) async throws {
        // The last ones leave for the kernel moments later: what is full now may have room then.
        var isFull = false
        while !isFull {
            let failure = await code { try await socket.send(message, timeout: .milliseconds(300)) }
            try #require(failure == nil || failure == .timedOut)
            isFull = failure == .timedOut
        }
    }

    @Test func `A full peer that dies does not exist any more once the router has looked for messages`() async throws {
        let (router, peer, name) = try await routerWithDeafPeer()
        try await fill(router, with: [name, Self.long])
        #expect(try router.trySend([name, "no room"]) == false)
        #expect(await code { try await router.send([name, "no room"], timeout: .milliseconds(50)) } == .timedOut)
        let events = router.events
        peer.stream.close()
        #expect(await events.contains { $0.kind == .disconnected })
        #expect(
            try await eventually {
                _ = try router.tryReceive()
                return code { try router.trySend([name, "gone"]) } == .hostUnreachable
            })
    }

    @Test func `A full peer that died counts as full until what it sent has been received`() async throws {
        let (router, peer, name) = try await routerWithDeafPeer()
        try await peer.send(ZMTP.message("last words"))
        try await fill(router, with: [name, Self.long])
        let events = router.events
        peer.stream.close()
        #expect(await events.contains { $0.kind == .disconnected })
        // Long enough for libzmq to tell the socket, if it did.
        try await Task.sleep(for: .milliseconds(200))
        #expect(try router.trySend([name, "no room"]) == false)
        #expect(try await router.receive(timeout: .seconds(20)) == [name, "last words"])
        #expect(
            try await eventually {
                _ = try router.tryReceive()
                return code { try router.trySend([name, "gone"]) } == .hostUnreachable
            })
    }

    @Test func `A full connection of a STREAM that was lost counts as full until its notice has been received`()
        async throws
    {
        let stream = try SwiftZMQ.Stream(Context()) {
            $0.sendHighWaterMark = 2
            $0.linger = .zero
        }
        let peer = try await RawPeer(connectingTo: stream.bind("tcp://127.0.0.1:*"))
        let (name, _) = try await stream.receive(timeout: .seconds(20)).frames()
        try await fill(stream, with: [name, Self.long])
        let events = stream.events
        peer.stream.close()
        #expect(await events.contains { $0.kind == .disconnected })
        #expect(await code { try await stream.send([name, "no room"], timeout: .milliseconds(200)) } == .timedOut)
        let waiting = Task { await code { try await stream.send([name, "gone"], timeout: .seconds(20)) } }
        try await letOthersWait()
        #expect(try await stream.receive(timeout: .seconds(20)) == [name, ""])
        #expect(await waiting.value == .hostUnreachable)
    }

    @Test(arguments: [false, true])
    func `A publisher that drops nothing goes on when the subscriber dies that it waits for`(blocks: Bool) async throws
    {
        let publisher = try XPublisher(Context()) {
            $0.neverDrops = true
            $0.sendHighWaterMark = 2
            $0.linger = .zero
        }
        var peer = try await RawPeer(connectingTo: publisher.bind("tcp://127.0.0.1:*"))
        try await peer.shakeHands(as: "SUB", minorVersion: 0)
        try await peer.send(ZMTP.message("\u{1}"))
        _ = try await publisher.waitForSubscriptions(timeout: .seconds(20))
        try await fill(publisher, with: Message(Self.long))
        if blocks {
            let waiting = try await BlockedThread { try publisher.blocking.send("on", timeout: .seconds(20)) }
            peer.stream.close()
            try await waiting.value
        } else {
            let waiting = Task { try await publisher.send("on", timeout: .seconds(20)) }
            try await letOthersWait()
            peer.stream.close()
            try await waiting.value
        }
    }

    @Test func `What waits for a peer that this side connects to is kept while the peer is away`() async throws {
        let stream = try SwiftZMQ.Stream(Context()) { $0.linger = .zero }
        let dealer = try Dealer(Context()) {
            $0.sendHighWaterMark = 3
            $0.linger = .zero
        }
        try dealer.connect(try stream.bind("tcp://127.0.0.1:*"))
        for number in 0..<3 { #expect(try dealer.trySend("\(number)")) }
        #expect(try dealer.trySend("no room") == false)
        // The peer goes before it has shaken hands, and comes back.
        let first = try await RawPeer(acceptedBy: stream)
        try await first.close()
        var second = try await RawPeer(acceptedBy: stream)
        while second.id == first.id { second = try await RawPeer(acceptedBy: stream) }
        try await second.shakeHands(as: "ROUTER")
        for number in 0..<3 { #expect(try await second.readFrame().contents == Array("\(number)".utf8)) }
    }

    @Test func `What waits for a peer that connected is lost with its connection`() async throws {
        let dealer = try Dealer(Context()) {
            $0.sendHighWaterMark = 2
            $0.linger = .zero
        }
        let endpoint = try dealer.bind("tcp://127.0.0.1:*")
        let events = dealer.events
        var peer = try await RawPeer(connectingTo: endpoint)
        try await peer.shakeHands(as: "DEALER")
        try await dealer.send("there is a peer")
        #expect(try await peer.readFrame().contents == Array("there is a peer".utf8))
        var refusals = 0
        while refusals < 20 {
            if try dealer.trySend(Self.long) {
                refusals = 0
            } else {
                refusals += 1
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        peer.stream.close()
        #expect(await events.contains { $0.kind == .disconnected })
        let next = try Dealer(Context()) { $0.linger = .zero }
        try next.connect(endpoint)
        try await dealer.send("to the next")
        #expect(try await next.receive(timeout: .seconds(20)) == ["to the next"])
    }
}
