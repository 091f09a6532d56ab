/// Sends each message to all subscribers whose filters match its first bytes (`ZMQ_PUB`).
///
/// It never waits for a subscriber: what one cannot take at its high-water mark is dropped for that one, unless
/// ``SocketOptionNames/neverDrops`` is on. Messages sent before a subscription has arrived are not kept. See RFC 29.
public struct Publisher: SendingSocket {
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
        handle = try SocketHandle(context, .publisher, configure)
    }
}
