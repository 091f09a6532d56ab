/// Asks: sends a request, then receives its reply, in turn (`ZMQ_REQ`).
///
/// ``request(_:timeout:)-(Message,_)`` does both in one step, for any number of tasks.
///
/// Requests go to the connected peers in turn. By default ``SocketOptionNames/relaxed`` and
/// ``SocketOptionNames/correlate`` are on: a request whose reply was not waited for, because of a timeout or a
/// cancellation, leaves a socket that can ask again, and a late reply to it is never taken for another's. A peer that
/// counts on the delimiter being the first frame, such as a gateway that this socket registers with as a worker, needs
/// `correlate` off. See RFC 28.
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
