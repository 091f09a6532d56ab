// With the option `manual`, the program decides what a subscription becomes. libzmq knows "the last subscriber" as the
// peer whose subscription, or the end of one, was received last; nothing else may be received in between.

extension XPublisher {
    /// Gives the last subscriber what begins with a prefix, which need not be the one it asked for (`ZMQ_SUBSCRIBE`).
    ///
    /// - Throws: ``ZMQError`` with `.invalidArgument` unless the socket's option `manual` is on, `.closed` or
    ///   `.terminated`.
    public func admitLastSubscriber(to prefix: Message) throws(ZMQError) {
        try core.set(SubscriptionOption.subscribe, to: prefix)
    }

    /// Takes a prefix from the last subscriber again (`ZMQ_UNSUBSCRIBE`).
    ///
    /// - Throws: as ``admitLastSubscriber(to:)``.
    public func dismissLastSubscriber(from prefix: Message) throws(ZMQError) {
        try core.set(SubscriptionOption.unsubscribe, to: prefix)
    }
}
