/// What a request's events are handed to on the event loop: a connection, or one stream of it.
protocol ReplyReceiver: AnyObject {
    /// Takes an event of the request with that number.
    ///
    /// - Parameter isLast: whether nothing more is known to come for the receiver in this batch, so that it should
    ///   hand what it wrote to the kernel.
    func receive(_ event: consuming ReplyEvent, for number: UInt64, isLast: Bool)

    /// Ends the connection once its open requests are answered.
    func drain()

    /// Ends the connection at once.
    func abort()
}
