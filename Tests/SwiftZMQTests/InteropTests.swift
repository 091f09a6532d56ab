import ProcessSupport
import SwiftZMQ
import Testing

/// The binding against pyzmq, in both directions: `Tests/Interop/peer.py` is the other end.
@Suite(.serialized, .timeLimit(.minutes(5))) struct InteropTests {
    static let count = 24

    /// Who binds, over which transport.
    struct Arrangement: CustomTestStringConvertible {
        let transport: Transport
        let pythonBinds: Bool

        var testDescription: String { "\(transport.rawValue), \(pythonBinds ? "Python" : "Swift") binds" }

        static let all = [Transport.tcp, .ipc].flatMap { transport in
            [false, true].map { Arrangement(transport: transport, pythonBinds: $0) }
        }
    }

    @Test(arguments: Arrangement.all)
    func `What is pushed arrives`(arrangement: Arrangement) async throws {
        let (pull, sender) = try await connect(arrangement, "push", "send") { try Pull($0) }
        for number in 0..<Self.count { #expect(try await pull.receive() == Self.message(number)) }
        #expect(try await finish(sender) == [])

        let (push, receiver) = try await connect(arrangement, "pull", "receive") { try Push($0) }
        for number in 0..<Self.count { try await push.send(Self.message(number)) }
        try await expect(receiver, printed: (0..<Self.count).map(Self.message))
    }

    @Test(arguments: Arrangement.all)
    func `What is published arrives at subscribers`(arrangement: Arrangement) async throws {
        let (subscriber, sender) = try await connect(arrangement, "pub", "send", "--topic", "news") {
            try Subscriber($0, topics: ["news", "hello"])
        }
        // It repeats its greeting until it is told that somebody heard it.
        #expect(try await subscriber.receive() == ["hello"])
        sender.enter("heard")
        var message = try await subscriber.receive()
        while message == ["hello"] { message = try await subscriber.receive() }
        for number in 0..<Self.count {
            #expect(message == Self.topical(number))
            if number < Self.count - 1 { message = try await subscriber.receive() }
        }
        #expect(try await finish(sender) == [])

        let (publisher, receiver) = try await connect(arrangement, "sub", "receive", "--topic", "news") {
            try Publisher($0)
        }
        while !receiver.output.soFar.contains("hello") {
            try await publisher.send("hello")
            try await Task.sleep(for: .milliseconds(2))
        }
        for number in 0..<Self.count {
            try await publisher.send(["weather", "not subscribed to"])
            try await publisher.send(Self.topical(number))
        }
        try await expect(receiver, printed: (0..<Self.count).map(Self.topical))
    }

    @Test(arguments: Arrangement.all)
    func `Subscriptions are messages to the extended publisher and subscriber`(arrangement: Arrangement) async throws {
        let (subscriber, sender) = try await connect(arrangement, "xpub", "send", "--topic", "news") {
            try XSubscriber($0)
        }
        try await subscriber.send("\u{1}news")
        for number in 0..<Self.count { #expect(try await subscriber.receive() == Self.topical(number)) }
        #expect(try await finish(sender) == ["subscription 016e657773"])

        let (publisher, receiver) = try await connect(arrangement, "xsub", "receive", "--topic", "news") {
            try XPublisher($0)
        }
        let subscriptions = [try await publisher.receive(), try await publisher.receive()]
        #expect(Set(subscriptions) == [["\u{1}news"], ["\u{1}hello"]])
        for number in 0..<Self.count { try await publisher.send(Self.topical(number)) }
        try await expect(receiver, printed: (0..<Self.count).map(Self.topical))
    }

    @Test(arguments: Arrangement.all)
    func `A request gets its reply across languages`(arrangement: Arrangement) async throws {
        let (reply, asker) = try await connect(arrangement, "req", "ask") { try Reply($0) }
        try await echo(on: reply, from: asker)
        let (request, echoer) = try await connect(arrangement, "rep", "echo") { try Request($0) }
        try await ask(on: request, to: echoer)
    }

    @Test(arguments: Arrangement.all)
    func `A dealer and a router talk across languages`(arrangement: Arrangement) async throws {
        let (router, asker) = try await connect(arrangement, "dealer", "ask", "--routing-id", "snake") {
            try Router($0)
        }
        for number in 0..<Self.count {
            let received = try await router.receive()
            #expect(received == Message("snake", followedBy: Self.message(number)))
            try await router.send(received)
        }
        try await expect(asker, printed: (0..<Self.count).map(Self.message))

        let (dealer, echoer) = try await connect(arrangement, "router", "echo") { try Dealer($0) }
        try await ask(on: dealer, to: echoer)
    }

    @Test(arguments: Arrangement.all)
    func `A dealer speaks to REP and a router to REQ with a delimiter`(arrangement: Arrangement) async throws {
        let (dealer, echoer) = try await connect(arrangement, "rep", "echo") { try Dealer($0) }
        for number in 0..<Self.count {
            try await dealer.send(Message("", followedBy: Self.message(number)))
            #expect(try await dealer.receive() == Message("", followedBy: Self.message(number)))
        }
        try await expect(echoer, printed: (0..<Self.count).map(Self.message))

        let (router, asker) = try await connect(arrangement, "req", "ask") { try Router($0) }
        for number in 0..<Self.count {
            let received = try await router.receive()
            #expect(received.dropFirst().elementsEqual(Message("", followedBy: Self.message(number))))
            try await router.send(received)
        }
        try await expect(asker, printed: (0..<Self.count).map(Self.message))
    }

    @Test(arguments: Arrangement.all)
    func `A pair talks across languages`(arrangement: Arrangement) async throws {
        let (asked, asker) = try await connect(arrangement, "pair", "ask") { try Pair($0) }
        try await echo(on: asked, from: asker)
        let (asking, echoer) = try await connect(arrangement, "pair", "echo") { try Pair($0) }
        try await ask(on: asking, to: echoer)
    }

    @Test func `A stream socket takes what pyzmq's stream socket sends`() async throws {
        let arrangement = Arrangement(transport: .tcp, pythonBinds: false)
        let (stream, asker) = try await connect(arrangement, "stream", "ask") { try SwiftZMQ.Stream($0) }
        var lines = 0
        while lines < Self.count {
            let piece = try await stream.receive()
            guard !piece[1].isEmpty else { continue }
            lines += [UInt8](piece[1]).count { $0 == UInt8(ascii: "\n") }
            try await stream.send(piece)
        }
        try await expect(asker, printed: (0..<Self.count).map { ["line \($0)"] })
    }

    // MARK: The other end

    /// A socket of the binding, and a peer in Python at the other end.
    private func connect<S: Socket>(
        _ arrangement: Arrangement, _ pattern: String, _ action: String, _ options: String...,
        make: (Context) throws -> S
    ) async throws -> (S, RunningProgram) {
        let socket = try make(Context())
        let options = [pattern, action, "--count", "\(Self.count)"] + options
        let script = [PackageFolder.path("Tests/Interop/peer.py")]
        if arrangement.pythonBinds {
            let peer = try await RunningProgram.python(
                script + options + ["--bind", arrangement.transport.freshEndpoint()])
            try socket.connect(await peer.output.wait(for: "://"))
            return (socket, peer)
        }
        let endpoint = try socket.bind(arrangement.transport.freshEndpoint())
        return (socket, try await RunningProgram.python(script + options + ["--connect", endpoint]))
    }

    private func ask(on socket: some SendingSocket & ReceivingSocket, to peer: RunningProgram) async throws {
        for number in 0..<Self.count {
            try await socket.send(Self.message(number))
            #expect(try await socket.receive() == Self.message(number))
        }
        try await expect(peer, printed: (0..<Self.count).map(Self.message))
    }

    private func echo(on socket: some SendingSocket & ReceivingSocket, from peer: RunningProgram) async throws {
        for number in 0..<Self.count {
            let message = try await socket.receive()
            #expect(message == Self.message(number))
            try await socket.send(message)
        }
        try await expect(peer, printed: (0..<Self.count).map(Self.message))
    }

    private func expect(_ peer: RunningProgram, printed messages: [Message]) async throws {
        let lines = try await finish(peer).filter { $0 != "hello" }
        #expect(lines == messages.map(Self.line))
    }

    /// Waits until the peer has ended well, and returns what it printed after its endpoint.
    private func finish(_ peer: RunningProgram) async throws -> [String] {
        #expect(try await peer.ending() == .exited(0))
        #expect(peer.errors.soFar == [])
        return try await Array(peer.output.all().dropFirst())
    }

    /// The message of a number, as the peer generates it too.
    private static func message(_ number: Int) -> Message {
        switch number % 4 {
        case 0: ["\(number)"]
        case 1: ["\(number)", "", Frame((0...255).map { UInt8($0) })]
        case 2: ["", "\(number)"]
        default: ["\(number)", Frame((0..<1000).map { UInt8(truncatingIfNeeded: number + $0) }), ""]
        }
    }

    private static func topical(_ number: Int) -> Message { Message("news", followedBy: message(number)) }

    /// What the peer prints of a message.
    private static func line(of message: Message) -> String {
        message.map { frame in
            let digits = [UInt8](frame).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            return frame.isEmpty ? "-" : digits.joined()
        }
        .joined(separator: " ")
    }
}
