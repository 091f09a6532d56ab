import SwiftZMQ
import Testing

/// To whom a message goes where there are several peers, and from whom one comes (RFC 28 and 30).
@Suite(.timeLimit(.minutes(5))) struct DistributionTests {
    static let transports = [Transport.tcp, .inproc]
    static let peers = 5

    /// Several sockets that are bound, and one that is connected to all of them.
    private func fan<S: Socket, P: Socket>(
        over transport: Transport, _ one: (Context) throws -> S, _ many: (Context) throws -> P
    ) async throws -> (S, [P]) {
        let context = try Context()
        let socket = try one(context)
        var peers: [P] = []
        for _ in 0..<Self.peers {
            let peer = try many(context)
            try peer.setOption(\.linger, to: .zero)
            try await socket.connectAndWait(peer.bind(transport.freshEndpoint()), timeout: .seconds(20))
            peers.append(peer)
        }
        try socket.setOption(\.linger, to: .zero)
        return (socket, peers)
    }

    @Test(arguments: transports)
    func `A sender hands out in turn`(transport: Transport) async throws {
        let (push, pulls) = try await fan(over: transport, { try Push($0) }, { try Pull($0) })
        try await expectTurns(push, pulls)
        let (dealer, dealers) = try await fan(over: transport, { try Dealer($0) }, { try Dealer($0) })
        try await expectTurns(dealer, dealers)
    }

    private func expectTurns(_ sender: some SendingSocket, _ receivers: [some ReceivingSocket]) async throws {
        for round in 0..<3 {
            for _ in receivers { try await sender.send("\(round)") }
        }
        // One message of each round for everybody.
        for receiver in receivers {
            for round in 0..<3 { #expect(try await receiver.receive(timeout: .seconds(20)) == ["\(round)"]) }
            #expect(try receiver.tryReceive() == nil)
        }
    }

    @Test(arguments: transports)
    func `A receiver takes from all fairly`(transport: Transport) async throws {
        let (pull, pushes) = try await fan(over: transport, { try Pull($0) }, { try Push($0) })
        try await expectFairness(pull, pushes) { $0[0] }
        let (dealer, dealers) = try await fan(over: transport, { try Dealer($0) }, { try Dealer($0) })
        try await expectFairness(dealer, dealers) { $0[0] }
        let (router, named) = try await fan(over: transport, { try Router($0) }, { try Dealer($0) })
        try await expectFairness(router, named) { $0[1] }
    }

    private func expectFairness(
        _ receiver: some ReceivingSocket, _ senders: [some SendingSocket], text: (Message) -> Frame
    ) async throws {
        for (number, sender) in senders.enumerated() {
            for _ in 0..<10 { try await sender.send("\(number)") }
            try await sender.send("end of \(number)")
        }
        var counts: [Frame: Int] = [:]
        var ended = 0
        while ended < senders.count {
            let message = text(try await receiver.receive(timeout: .seconds(20)))
            if String(message).hasPrefix("end") { ended += 1 } else { counts[message, default: 0] += 1 }
        }
        #expect(counts == Dictionary(uniqueKeysWithValues: senders.indices.map { ("\($0)", 10) }))
    }

    @Test func `Queues that are full are emptied in turn`() async throws {
        let (pull, pushes) = try await fan(over: .inproc, { try Pull($0) }, { try Push($0) })
        for (number, push) in pushes.enumerated() {
            for _ in 0..<10 { try await push.send("\(number)") }
        }
        // Each round has one message of everybody.
        for _ in 0..<10 {
            var seen: Set<Message> = []
            for _ in pushes { seen.insert(try await pull.receive()) }
            #expect(seen.count == pushes.count)
        }
    }

    @Test(arguments: transports)
    func `A sender without peers has no room`(transport: Transport) async throws {
        let context = try Context()
        let (push, dealer, request) = (try Push(context), try Dealer(context), try Request(context))
        try push.bind(transport.freshEndpoint())
        try dealer.bind(transport.freshEndpoint())
        try request.bind(transport.freshEndpoint())
        #expect(try push.trySend("a") == false)
        #expect(try dealer.trySend("a") == false)
        #expect(try request.trySend("a") == false)
        #expect(await code { try await push.send("a", timeout: .milliseconds(20)) } == .timedOut)
        #expect(await code { try await dealer.send("a", timeout: .milliseconds(20)) } == .timedOut)
        #expect(await code { try await request.send("a", timeout: .milliseconds(20)) } == .timedOut)
    }

    @Test(arguments: Transport.allCases)
    func `A multipart that finds no room waits or is left as a whole`(transport: Transport) async throws {
        let pair = try Connected(
            over: transport, { try Pull($0) { $0.receiveHighWaterMark = 1 } },
            { try Push($0) { $0.sendHighWaterMark = 1 } })
        let tail = Frame([UInt8](repeating: 7, count: 10_000))
        func message(_ number: Int) -> Message { ["\(number)", tail, "\(number)"] }
        // Without waiting: what has no room leaves nothing behind. The kernel's buffers take some, too.
        var sent = 0
        while sent < 5000, try pair.connecting.trySend(message(sent)) { sent += 1 }
        #expect(sent < 5000)
        // Waiting: it leaves when the others have been received.
        let last = sent
        async let waiting: Void = pair.connecting.send(message(last))
        for number in 0...sent { #expect(try await pair.bound.receive() == message(number)) }
        try await waiting
        #expect(try pair.bound.tryReceive() == nil)
    }

    @Test(arguments: transports)
    func `A request takes its peers in turn`(transport: Transport) async throws {
        let (request, replies) = try await fan(over: transport, { try Request($0) }, { try Reply($0) })
        for round in 0..<3 {
            for reply in replies {
                try await request.send("question \(round)")
                #expect(try await reply.receive(timeout: .seconds(20)) == ["question \(round)"])
                try await reply.send("answer \(round)")
                #expect(try await request.receive(timeout: .seconds(20)) == ["answer \(round)"])
            }
        }
    }

    @Test(arguments: transports)
    func `A reply serves all fairly`(transport: Transport) async throws {
        let (reply, requests) = try await fan(over: transport, { try Reply($0) }, { try Request($0) })
        for round in 0..<3 {
            for (number, request) in requests.enumerated() { try await request.send("\(round) of \(number)") }
            for _ in requests {
                let question = try await reply.receive(timeout: .seconds(20))
                try await reply.send(question)
            }
            for (number, request) in requests.enumerated() {
                #expect(try await request.receive(timeout: .seconds(20)) == ["\(round) of \(number)"])
            }
        }
    }

    @Test(arguments: transports)
    func `What several peers sent comes in the order of each`(transport: Transport) async throws {
        let (pull, pushes) = try await fan(over: transport, { try Pull($0) }, { try Push($0) })
        #expect(await code { try await pull.receive(timeout: .milliseconds(10)) } == .timedOut)
        for number in 0..<8 {
            for (peer, push) in pushes.enumerated() { try await push.send(["\(peer)", "\(number)"]) }
        }
        var seen: [Frame: [Frame]] = [:]
        for _ in 0..<(8 * pushes.count) {
            let message = try await pull.receive(timeout: .seconds(20))
            seen[message[0], default: []].append(message[1])
        }
        #expect(seen.count == pushes.count)
        for numbers in seen.values { #expect(numbers == (0..<8).map { "\($0)" }) }
    }
}
