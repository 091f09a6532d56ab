/// Answers: receives a request, then sends its reply, in turn (`ZMQ_REP`).
///
/// Requests are taken from all peers fairly; the reply goes to the one that asked. ``requests`` gives each together with
/// its answer. See RFC 28.
public struct Reply: SendingSocket, ReceivingSocket {
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
        handle = try SocketHandle(context, .reply, configure)
    }
}
