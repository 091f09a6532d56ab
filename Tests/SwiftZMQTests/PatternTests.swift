import SwiftZMQ
import Testing

@Suite(.timeLimit(.minutes(5))) struct PatternTests {
    @Test(arguments: Transport.allCases)
    func `A request gets its reply`(transport: Transport) async throws {
        let pair = try Connected(over: transport, { try Reply($0) }, { try Request($0) })
        for number in 0..<20 {
            try await pair.connecting.send("question \(number)")
            let request = try await pair.bound.receive()
            #expect(request == ["question \(number)"])
            try await pair.bound.send("answer \(number)")
            #expect(try await pair.connecting.receive(timeout: .seconds(10)) == ["answer \(number)"])
        }
    }

    @Test(arguments: Transport.allCases)
    func `A pushed message of many frames arrives whole`(transport: Transport) async throws {
        let pair = try Connected(over: transport, { try Pull($0) }, { try Push($0) })
        let long = Frame([UInt8](repeating: 1, count: 100_000))
        let messages: [Message] = [["one"], ["", ""], ["a", long, "", long], Message((0..<300).map { "\($0)" })]
        for message in messages { try await pair.connecting.send(message) }
        for message in messages { #expect(try await pair.bound.receive() == message) }
    }

    @Test(arguments: Transport.allCases)
    func `A subscriber receives what its filters let through`(transport: Transport) async throws {
        let pair = try Connected(
            over: transport, { try XPublisher($0) }, { try Subscriber($0, topics: ["10001", "9"]) })
        // The publisher knows of a subscription once it has received it.
        let subscriptions = [try await pair.bound.receive(), try await pair.bound.receive()]
        #expect(Set(subscriptions) == [["\u{1}10001"], ["\u{1}9"]])
        for topic in ["10000 1", "10001 2", "100012 3", "8", "9", "1"] { try await pair.bound.send(Frame(topic)) }
        #expect(try await pair.connecting.receive() == ["10001 2"])
        #expect(try await pair.connecting.receive() == ["100012 3"])
        #expect(try await pair.connecting.receive() == ["9"])
        try pair.connecting.unsubscribe(from: "9")
        #expect(try await pair.bound.receive() == ["\u{0}9"])
        try pair.connecting.subscribe(to: "")
        #expect(try await pair.bound.receive() == ["\u{1}"])
        try await pair.bound.send("everything")
        #expect(try await pair.connecting.receive() == ["everything"])
    }

    @Test func `A plain publisher reaches a subscriber made of two sockets`() async throws {
        let pair = try Connected({ try Publisher($0) }, { try XSubscriber($0) })
        try await pair.connecting.send("\u{1}a")
        // A PUB socket does not tell when a subscription has arrived, so it repeats itself until it has.
        var received: Message?
        while received == nil {
            try await pair.bound.send(["a", "news"])
            received = try? await pair.connecting.receive(timeout: .milliseconds(10))
        }
        #expect(received == ["a", "news"])
    }

    @Test(arguments: Transport.allCases)
    func `A router answers dealers by name`(transport: Transport) async throws {
        let context = try Context()
        let router = try Router(context) { $0.isMandatory = true }
        let endpoint = try router.bind(transport.freshEndpoint())
        let dealers = try (0..<3).map { number in
            let dealer = try Dealer(context) { $0.routingID = "dealer-\(number)" }
            try dealer.connect(endpoint)
            return dealer
        }
        for (number, dealer) in dealers.enumerated() { try await dealer.send(["", "\(number)"]) }
        for _ in dealers {
            let request = try await router.receive()
            try await router.send([request[0], "", "\(request[0]) said \(request[2])"])
        }
        for (number, dealer) in dealers.enumerated() {
            #expect(try await dealer.receive() == ["", "dealer-\(number) said \(number)"])
        }
        #expect(await code { try await router.send(["nobody", "hello"]) } == .hostUnreachable)
        await context.shutdown()
    }

    @Test(arguments: Transport.allCases)
    func `A pair talks both ways`(transport: Transport) async throws {
        let pair = try Connected(over: transport, { try Pair($0) }, { try Pair($0) })
        try await pair.bound.send("down")
        try await pair.connecting.send("up")
        #expect(try await pair.connecting.receive() == ["down"])
        #expect(try await pair.bound.receive() == ["up"])
    }

    @Test func `A stream exchanges bytes with another`() async throws {
        let pair = try Connected({ try Stream($0) }, { try Stream($0) })
        let accepted = try await pair.bound.receive()
        let connected = try await pair.connecting.receive()
        #expect(accepted[1].isEmpty && connected[1].isEmpty)
        try await pair.connecting.send([connected[0], "raw bytes"])
        #expect(try await pair.bound.receive() == [accepted[0], "raw bytes"])
        try await pair.bound.send([accepted[0], "and back"])
        #expect(try await pair.connecting.receive() == [connected[0], "and back"])
    }

    @Test func `A reply out of turn is refused and the socket still works`() async throws {
        let pair = try Connected({ try Reply($0) }, { try Request($0) })
        #expect(await code { try await pair.bound.send("unasked") } == .wrongState)
        try await pair.connecting.send("question")
        _ = try await pair.bound.receive()
        #expect(await code { try await pair.bound.receive() } == .wrongState)
        try await pair.bound.send("answer")
        #expect(try await pair.connecting.receive() == ["answer"])
    }

    @Test func `A for loop over messages ends when the socket is closed`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let loop = Task {
            var texts: [String] = []
            for try await message in pair.bound.messages {
                texts.append(String(message[0]))
                if texts.count == 3 { pair.bound.close() }
            }
            return texts
        }
        for number in 0..<3 { try await pair.connecting.send("\(number)") }
        #expect(try await loop.value == ["0", "1", "2"])
    }

    @Test func `Trying never waits`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        #expect(try pair.bound.tryReceive() == nil)
        let lonely = try Push(pair.context)
        #expect(try lonely.trySend("nobody is there") == false)
        #expect(try await eventually { try pair.connecting.trySend("somebody is") })
        var received: Message?
        #expect(
            try await eventually {
                received = try pair.bound.tryReceive()
                return received != nil
            })
        #expect(received == ["somebody is"])
    }
}
