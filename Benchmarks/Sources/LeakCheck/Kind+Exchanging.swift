import SwiftZMQ

extension Kind {
    /// From one socket to another in a context of their own.
    static func oneWay<Receiver: ReceivingSocket, Sender: SendingSocket>(
        _ count: Int, _ way: Way, _ message: @escaping @Sendable () -> Message,
        over endpoint: String = "tcp://127.0.0.1:*",
        to receiver: (Context) throws -> Receiver, from sender: (Context) throws -> Sender
    ) async throws {
        let context = try Context()
        let (receiver, sender) = (try receiver(context), try sender(context))
        try sender.connect(receiver.bind(endpoint))
        try await pass(count, way, message, to: receiver, from: sender, in: context)
    }

    static func pass(
        _ count: Int, _ way: Way, _ message: @escaping @Sendable () -> Message, to receiver: some ReceivingSocket,
        from sender: some SendingSocket, in context: Context
    ) async throws {
        async let sending: Void = way.send(count, message, to: sender)
        try await way.receive(count, from: receiver)
        try await sending
        await context.shutdown()
    }

    /// Half the messages one way, and half the other.
    static func backAndForth<Answering: SendingSocket & ReceivingSocket, Asking: SendingSocket & ReceivingSocket>(
        _ count: Int, _ way: Way, on answering: (Context) throws -> Answering, by asking: (Context) throws -> Asking
    ) async throws {
        let context = try Context()
        let (answering, asking) = (try answering(context), try asking(context))
        try asking.connect(answering.bind("inproc://questions"))
        async let echo: Void = way.echo(count / 2, on: answering)
        try await way.ask(count / 2, small, on: asking)
        try await echo
        await context.shutdown()
    }

    /// Bytes over a plain connection; how many messages they arrive as is up to the system.
    static func stream(_ count: Int, _ way: Way) async throws {
        let context = try Context()
        let (accepting, connecting) = (try SwiftZMQ.Stream(context), try SwiftZMQ.Stream(context))
        try connecting.connect(accepting.bind("tcp://127.0.0.1:*"))
        // An empty frame tells of the connection.
        let (name, _) = try await connecting.receive().frames()
        _ = try await accepting.receive()
        async let sending: Void = way.send(count, { [name, "12345678"] }, to: connecting)
        let reading = Counted(8 * count)
        @Sendable func bytes(of message: Message) throws -> Int {
            let (_, bytes) = try message.frames()
            return bytes.count
        }
        try await way.run {
            while reading.add(try bytes(of: accepting.blocking.receive())) {}
        } async: {
            guard way == .sequence else {
                while reading.add(try await bytes(of: accepting.receive())) {}
                return
            }
            for try await message in accepting.messages where !reading.add(try bytes(of: message)) { break }
        }
        try await sending
        await context.shutdown()
    }
}
