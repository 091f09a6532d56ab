/// A ``Publisher`` that also receives its subscribers' subscriptions, as messages (`ZMQ_XPUB`).
///
/// A subscription arrives as a frame of the byte 1 and the prefix, its end as the byte 0 and the prefix. See RFC 29.
public struct XPublisher: SendingSocket, ReceivingSocket {
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
        handle = try SocketHandle(context, .xpublisher, configure)
    }
}
