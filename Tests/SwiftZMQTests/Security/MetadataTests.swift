import SwiftZMQ
import Testing

@Suite(.timeLimit(.minutes(5))) struct MetadataTests {
    @Test(arguments: [0, 1, 33, 34, 5000])
    func `Frames of a socket that keeps metadata have it, whatever their length`(length: Int) async throws {
        let pair = try Connected({ try Pull($0) { $0.keepsMetadata = true } }, { try Push($0) })
        let frame = Frame([UInt8](repeating: 7, count: length))
        try await pair.connecting.send([frame, "second"])
        let received = try await pair.bound.receive()
        #expect(received == [frame, "second"])
        for frame in received {
            #expect(frame.metadata.peerAddress == "127.0.0.1")
            #expect(frame.metadata.socketType == "PUSH")
            #expect(frame.metadata.userID == nil)
            #expect(frame.metadata["No-Such-Property"] == nil)
        }
    }

    @Test func `Frames go on as they are, with metadata or without`() async throws {
        let pair = try Connected({ try Dealer($0) { $0.keepsMetadata = true } }, { try Dealer($0) })
        for text in ["", "short", String(repeating: "long", count: 100)] {
            try await pair.connecting.send(Frame(text))
            try await pair.bound.send(try await pair.bound.receive())
            #expect(try await pair.connecting.receive() == [Frame(text)])
        }
    }

    @Test func `Metadata outlives the socket and its context`() async throws {
        var received: Message?
        do {
            let pair = try Connected({ try Pull($0) { $0.keepsMetadata = true } }, { try Push($0) })
            try await pair.connecting.send("still here")
            received = try await pair.bound.receive()
            await pair.context.shutdown()
        }
        #expect(received?[0].metadata.peerAddress == "127.0.0.1")
        #expect(received == ["still here"])
    }

    @Test func `A ROUTER knows where the name of a peer came from`() async throws {
        let pair = try Connected(
            { try Router($0) { $0.keepsMetadata = true } }, { try Dealer($0) { $0.routingID = "me" } })
        try await pair.connecting.send("x")
        let received = try await pair.bound.receive()
        #expect(received == ["me", "x"])
        #expect(received[1].metadata.routingID == "me")
        #expect(received[1].metadata.socketType == "DEALER")
        // The name comes from the socket, not from the peer.
        #expect(received.metadata.peerAddress == "127.0.0.1" && received.metadata.routingID == "me")
    }

    @Test func `Where metadata is not kept there is none for short frames`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        try await pair.connecting.send(["short", Frame([UInt8](repeating: 0, count: 34))])
        let received = try await pair.bound.receive()
        #expect(received[0].metadata.peerAddress == nil)
        #expect(received[1].metadata.peerAddress == "127.0.0.1")
        #expect(Frame("not received").metadata.socketType == nil)
    }

    @Test func `A message has the metadata of the first frame that has any`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let long = Frame([UInt8](repeating: 0, count: 34))
        for message in [Message(long), ["short", long], ["short", "short", long, "short"]] as [Message] {
            try await pair.connecting.send(message)
            let received = try await pair.bound.receive()
            #expect(received.metadata.peerAddress == "127.0.0.1" && received.metadata.socketType == "PUSH")
            // A frame of the program's own that was put in front says nothing.
            let forwarded = Message(Frame([UInt8](repeating: 1, count: 34)), followedBy: received)
            #expect(forwarded.metadata.peerAddress == "127.0.0.1")
        }
        try await pair.connecting.send(["short", "short"])
        #expect(try await pair.bound.receive().metadata.peerAddress == nil)
        #expect(Message(long).metadata.peerAddress == nil)
    }

    @Test(arguments: [0, 33, 34, 5000], [false, true])
    func `Where the last message came from is known whatever its length`(length: Int, keeps: Bool) async throws {
        let pair = try Connected(
            { try Router($0) { $0.keepsMetadata = keeps } }, { try Dealer($0) { $0.routingID = "me" } })
        try await pair.connecting.send("first")
        #expect(try await pair.bound.receive(timeout: .seconds(20)).last == "first")
        var events = pair.bound.events.makeAsyncIterator()
        let second = try Dealer(pair.context) {
            $0.routingID = "second"
            $0.linger = .zero
        }
        try second.connect(pair.endpoint)
        var accepted = try #require(await events.next())
        while accepted.kind != .accepted { accepted = try #require(await events.next()) }
        let frame = Frame([UInt8](repeating: 7, count: length))
        for message in [Message(frame), [frame, "last"], ["first", frame]] {
            try await second.send(message)
            var received = try await pair.bound.receive(timeout: .seconds(20))
            #expect(pair.bound.peerAddress(ofLast: received) == "127.0.0.1")
            // Also without the name, which a ROUTER puts in front.
            #expect(received.removeFirst() == "second")
            #expect(received == message)
            #expect(pair.bound.peerAddress(ofLast: received) == "127.0.0.1")
            #expect(pair.bound.peerDescriptor(ofLast: received) == accepted.descriptor)
        }
        // Of another peer, another connection.
        try await pair.connecting.send(Message(frame))
        let other = try await pair.bound.receive(timeout: .seconds(20))
        let descriptor = try #require(pair.bound.peerDescriptor(ofLast: other))
        #expect(descriptor != accepted.descriptor)
    }

    @Test func `Nobody is known where a message came from within the process`() async throws {
        let pair = try Connected(over: .inproc, { try Pull($0) }, { try Push($0) })
        for frame in ["short", Frame([UInt8](repeating: 7, count: 100))] {
            try await pair.connecting.send(frame)
            let received = try await pair.bound.receive(timeout: .seconds(20))
            #expect(pair.bound.peerAddress(ofLast: received) == nil)
            #expect(pair.bound.peerDescriptor(ofLast: received) == nil)
        }
    }

    @Test func `A message of short frames has metadata where the socket keeps it`() async throws {
        let pair = try Connected({ try Pull($0) { $0.keepsMetadata = true } }, { try Push($0) })
        try await pair.connecting.send("short")
        let received = try await pair.bound.receive()
        #expect(received.metadata.peerAddress == "127.0.0.1")
        #expect("\(received) is even" == "short is even")
    }
}
