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
        for topic in topics { try subscribe(to: Message(topic)) }
    }

    /// Lets through what begins with a prefix (`ZMQ_SUBSCRIBE`). May be called at any time.
    ///
    /// Subscribing twice to the same prefix takes unsubscribing twice. The publisher learns of it within moments; what
    /// it sends before that is not received.
    public func subscribe(to prefix: Message) throws(ZMQError) {
        try core.set(SubscriptionOption.subscribe, to: prefix)
    }

    /// Takes a filter away (`ZMQ_UNSUBSCRIBE`). A prefix that was not subscribed to is passed over.
    public func unsubscribe(from prefix: Message) throws(ZMQError) {
        try core.set(SubscriptionOption.unsubscribe, to: prefix)
    }
}
