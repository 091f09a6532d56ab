/// Asks: sends a request, then receives its reply, in turn (`ZMQ_REQ`).
///
/// ``request(_:timeout:)-(Frame,_)`` does both in one step, for any number of tasks.
///
/// Requests go to the connected peers in turn. By default ``SocketOptionNames/isRelaxed`` and
/// ``SocketOptionNames/correlates`` are on: after a timeout or a cancellation the socket can ask again at once, and a late
/// reply is never mistaken for the reply to a later request. With ``SocketOptionNames/correlates`` on, each request begins
/// with a number in front of the empty frame. Turn it off for a peer that expects the empty frame first, such as a gateway
/// that this socket registers with as a worker. See RFC 28.
public struct Request: SendingSocket, ReceivingSocket {
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
        handle = try SocketHandle(context, .request, configure)
    }
}
