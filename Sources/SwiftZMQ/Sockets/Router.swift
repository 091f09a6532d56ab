/// Talks to many peers by name: the first frame of a message says whom it came from or goes to (`ZMQ_ROUTER`).
///
/// A message to a peer that does not exist is dropped, unless ``SocketOptionNames/isMandatory`` is on. Senders that wait
/// for a full peer do not keep back messages to others. See RFC 28.
public struct Router: SendingSocket, ReceivingSocket {
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
        handle = try SocketHandle(context, .router, configure)
    }
}
