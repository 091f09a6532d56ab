/// A ``Subscriber`` that sends its subscriptions as messages, as ``XPublisher`` receives them (`ZMQ_XSUB`).
///
/// Together they make a forwarder. See RFC 29.
public struct XSubscriber: SendingSocket, ReceivingSocket {
    /// The socket that this value and its copies stand for.
    public let handle: SocketHandle

    /// Makes a socket.
    ///
    /// - Parameters:
    ///   - context: where the socket lives; the socket keeps it alive.
    ///   - configure: sets options before the first endpoint, such as `{ $0.linger = .zero }`.
    /// - Throws: ``ZMQError`` with `.terminated`, `.tooManySockets`, or `.invalidArgument` for an option's value.
    public init(
        _ context: Context, configure: (inout SocketOptions<Self>) throws -> Void = { _ in }
    ) throws {
        handle = try SocketHandle(context, .xsubscriber, configure)
    }
}

extension XSubscriber {
    /// Asks the publishers for what begins with a prefix: sends the byte 1 and the prefix.
    ///
    /// - Throws: as ``SendingSocket/send(_:timeout:)-(Message,_)``.
    public nonisolated(nonsending) func subscribe(to prefix: Message) async throws {
        try await send(Message([1] + [UInt8](prefix)))
    }

    /// Takes a prefix back: sends the byte 0 and the prefix.
    ///
    /// - Throws: as ``SendingSocket/send(_:timeout:)-(Message,_)``.
    public nonisolated(nonsending) func unsubscribe(from prefix: Message) async throws {
        try await send(Message([0] + [UInt8](prefix)))
    }
}
