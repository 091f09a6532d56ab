/// Receives from publishers what its filters let through (`ZMQ_SUB`).
///
/// A filter is a prefix of a message's first frame: `10001` lets `10001 42` and `100012` through. A subscriber without
/// filters receives nothing. See RFC 29.
public struct Subscriber: ReceivingSocket {
    /// The socket that this value and its copies stand for.
    public let handle: SocketHandle

    /// Makes a socket.
    ///
    /// - Parameters:
    ///   - context: where the socket lives; the socket keeps it alive.
    ///   - topics: the first filters; an empty string lets everything through.
    ///   - configure: sets options before the first endpoint, such as `{ $0.receiveHighWaterMark = 10 }`.
    /// - Throws: ``ZMQError`` with `.terminated`, `.tooManySockets`, or `.invalidArgument` for an option's value.
    public init(
        _ context: Context, topics: [String] = [],
        configure: (inout SocketOptions<Self>) throws -> Void = { _ in }
    ) throws {
        handle = try SocketHandle(context, .subscriber, configure)
        for topic in topics { try subscribe(to: Frame(topic)) }
    }

    /// Lets messages through that begin with a prefix (`ZMQ_SUBSCRIBE`). May be called at any time.
    ///
    /// A prefix that was subscribed to twice has to be unsubscribed from twice. The publisher learns of the subscription
    /// moments later; what it sends before that is not received.
    public func subscribe(to prefix: Frame) throws(ZMQError) {
        try core.set(SubscriptionOption.subscribe, to: prefix, for: "subscribe")
    }

    /// Takes a filter away (`ZMQ_UNSUBSCRIBE`). Nothing happens for a prefix that was not subscribed to.
    public func unsubscribe(from prefix: Frame) throws(ZMQError) {
        try core.set(SubscriptionOption.unsubscribe, to: prefix, for: "unsubscribe")
    }
}
