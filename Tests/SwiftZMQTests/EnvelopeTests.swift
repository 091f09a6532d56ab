import SwiftZMQ
import Testing

/// What is around a request: delimiters, numbers and names, and who is at fault when they are missing (RFC 28).
@Suite(.timeLimit(.minutes(5))) struct EnvelopeTests {
    static let transports = [Transport.tcp, .inproc]

    @Test(arguments: transports)
    func `A request begins with an empty frame`(transport: Transport) async throws {
        let pair = try Connected(over: transport, { try Router($0) }, { try Request($0) { $0.correlates = false } })
        try await pair.connecting.send(["A", "B"])
        let request = try await pair.bound.receive()
        #expect(request.dropFirst().elementsEqual(["", "A", "B"] as Message))
        try await pair.bound.send([request[0], "", "C", "D"])
        #expect(try await pair.connecting.receive() == ["C", "D"])
    }

    @Test func `A request that is correlated has its number in front`() async throws {
        let pair = try Connected({ try Router($0) }, { try Request($0) })
        var numbers: Set<Frame> = []
        for _ in 0..<3 {
            try await pair.connecting.send("question")
            let request = try await pair.bound.receive()
            #expect(request.count == 4 && request[1].count == 4)
            #expect(request[2].isEmpty && request[3] == "question")
            numbers.insert(request[1])
        }
        #expect(numbers.count == 3)
    }

    @Test(arguments: transports)
    func `A reply gives the envelope back`(transport: Transport) async throws {
        let pair = try Connected(over: transport, { try Reply($0) }, { try Dealer($0) })
        try await pair.connecting.send(["X", "Y", "", "A"])
        #expect(try await pair.bound.receive() == ["A"])
        try await pair.bound.send("B")
        #expect(try await pair.connecting.receive() == ["X", "Y", "", "B"])
        // Without a delimiter there is no request.
        try await pair.connecting.send(["no", "delimiter"])
        try await pair.connecting.send(["", "a request"])
        #expect(try await pair.bound.receive() == ["a request"])
    }

    // Over other transports, libzmq ends the connection of a peer that sends such.
    @Test func `A reply without its envelope is passed over`() async throws {
        let pair = try Connected(over: .inproc, { try Router($0) }, { try Request($0) { $0.correlates = false } })
        try await pair.connecting.send("question")
        let id = try await pair.bound.receive()[0]
        for invalid in [[id, "no delimiter"], [id, "no", "delimiter"]] as [Message] {
            try await pair.bound.send(invalid)
        }
        try await pair.bound.send([id, "", "answer"])
        #expect(try await pair.connecting.receive(timeout: .seconds(20)) == ["answer"])
    }

    @Test func `A reply that bears another number is passed over`() async throws {
        let pair = try Connected({ try Router($0) }, { try Request($0) })
        try await pair.connecting.send("question")
        let request = try await pair.bound.receive()
        let (id, number) = (request[0], request[1])
        let other = Frame([UInt8](number).map { ~$0 })
        for invalid in [
            [id, "", "without a number"], [id, other, "", "another number"],
            [id, "", number, "", "the wrong way round"],
        ] as [Message] {
            try await pair.bound.send(invalid)
        }
        try await pair.bound.send([id, number, "", "answer"])
        #expect(try await pair.connecting.receive(timeout: .seconds(20)) == ["answer"])
    }

    @Test func `A second request replaces the first, wherever its reply is by then`() async throws {
        let pair = try Connected({ try Router($0) }, { try Request($0) })
        // Not answered, then answered late.
        try await pair.connecting.send("first")
        var late = try await pair.bound.receive()
        try await pair.connecting.send("second")
        var current = try await pair.bound.receive()
        try await pair.bound.send([late[0], late[1], "", "to the first"])
        try await pair.bound.send([current[0], current[1], "", "to the second"])
        #expect(try await pair.connecting.receive(timeout: .seconds(20)) == ["to the second"])
        // Answered, and the answer not received.
        try await pair.connecting.send("third")
        late = try await pair.bound.receive()
        try await pair.bound.send([late[0], late[1], "", "to the third"])
        try await pair.connecting.send("fourth")
        current = try await pair.bound.receive()
        try await pair.bound.send([current[0], current[1], "", "to the fourth"])
        #expect(try await pair.connecting.receive(timeout: .seconds(20)) == ["to the fourth"])
    }

    @Test func `Strictly, a request waits for its reply`() async throws {
        let pair = try Connected(
            { try Reply($0) },
            {
                try Request($0) {
                    $0.isRelaxed = false
                    $0.correlates = false
                }
            })
        #expect(await code { try await pair.connecting.receive() } == .wrongState)
        try await pair.connecting.send("first")
        #expect(await code { try await pair.connecting.send("second") } == .wrongState)
        try await pair.bound.send(pair.bound.receive())
        #expect(try await pair.connecting.receive() == ["first"])
    }

    @Test(arguments: [false, true])
    func `Set by its number, too, it makes a second request an error`(inTheInitializer: Bool) async throws {
        let relaxed: Int32 = 53  // ZMQ_REQ_RELAXED
        let pair = try Connected(
            { try Reply($0) }, { try Request($0) { if inTheInitializer { $0.setOption(relaxed, to: 0 as Int32) } } })
        if !inTheInitializer { try pair.connecting.setOption(relaxed, to: 0 as Int32) }
        try await pair.connecting.send("first")
        #expect(throws: ZMQError.self) { try pair.connecting.trySend("second") }
        try await pair.bound.send(pair.bound.receive())
        #expect(try await pair.connecting.receive() == ["first"])
    }

    @Test func `A request goes on when the peer of the last one is gone`() async throws {
        let context = try Context()
        let request = try Request(context) { $0.linger = .zero }
        let endpoint = try request.bind("inproc://asking")
        for round in 0..<3 {
            let reply = try Reply(context) { $0.linger = .zero }
            try reply.connect(endpoint)
            // The peer of the round before may be found gone only now.
            var question: Message?
            let isAsked = try await eventually {
                _ = try request.trySend("question \(round)")
                question = try reply.tryReceive()
                return question != nil
            }
            #expect(isAsked)
            #expect(question == ["question \(round)"])
            // Gone without an answer.
            reply.close()
        }
    }

    @Test func `A device made by hand passes requests and replies`() async throws {
        let context = try Context()
        let (front, back) = (try Router(context), try Dealer(context))
        let reply = try Reply(context)
        try reply.connect(back.bind("tcp://127.0.0.1:*"))
        let endpoint = try front.bind("tcp://127.0.0.1:*")
        let tasks = [
            Task { for try await message in front.messages { try await back.send(message) } },
            Task { for try await message in back.messages { try await front.send(message) } },
            Task {
                for try await message in reply.messages {
                    try await reply.send(Message(Array(message) + ["answered"]))
                }
            },
        ]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for asker in 0..<5 {
                group.addTask {
                    let request = try Request(context)
                    try request.connect(endpoint)
                    for number in 0..<20 {
                        let answer = try await request.request(["\(asker)", "\(number)"], timeout: .seconds(20))
                        #expect(answer == ["\(asker)", "\(number)", "answered"])
                    }
                }
            }
            try await group.waitForAll()
        }
        await context.shutdown()
        for task in tasks { try await task.value }
    }
}
