/// Talks plain TCP: two frames, the peer's routing id and the bytes (`ZMQ_STREAM`).
///
/// A new or a lost connection arrives as a message whose second frame is empty; sending an empty second frame closes
/// the connection. A send to a connection that was lost throws `.hostUnreachable`. If that connection was full, a send waits
/// until the message that tells of the loss has been received: receive even if you only want to send.
public struct Stream: SendingSocket, ReceivingSocket {
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
        handle = try SocketHandle(context, .stream, configure)
    }
}
