/// What an ``XPublisher`` receives when a subscriber begins or ends a subscription: a byte, 1 or 0, and the prefix.
public struct SubscriptionNotice: Hashable, Sendable {
    /// Whether the subscription begins; false when it ends.
    public let isSubscription: Bool

    /// What the subscriber's messages begin with.
    public let prefix: Frame

    /// Makes a notice from its parts.
    public init(isSubscription: Bool, prefix: Frame) {
        self.isSubscription = isSubscription
        self.prefix = prefix
    }

    /// Reads a message that an ``XPublisher`` received; nil for one that a program sent upstream for its own ends.
    public init?(_ message: Message) {
        guard let frame = try? message.frame(), let first = frame.first, first <= 1 else { return nil }
        self.init(isSubscription: first == 1, prefix: Frame(frame.dropFirst()))
    }
}

extension XPublisher {
    /// Receives notices until a number of subscriptions stand, so that what is sent then reaches them.
    ///
    /// libzmq tells one subscription to each prefix, however many subscribers have it, unless
    /// ``SocketOptionNames/isVerbose`` or ``SocketOptionNames/isVerboser`` is on: turn one on to count subscribers.
    ///
    /// - Parameters:
    ///   - count: how many. Default 1. Those of notices received before are not among them.
    ///   - timeout: how long to wait; nil, the default, for as long as it takes.
    /// - Returns: the notices that were received. After a failure they are gone.
    /// - Throws: ``ZMQError`` with `.timedOut` when the timeout passed, `.closed` or `.terminated`. `CancellationError` when
    ///   the task is cancelled.
    @discardableResult
    public nonisolated(nonsending) func waitForSubscriptions(
        _ count: Int = 1, timeout: Duration? = nil
    ) async throws -> [SubscriptionNotice] {
        let deadline = timeout.map { Moment.now + $0 }
        var notices: [SubscriptionNotice] = []
        var standing = 0
        while standing < count {
            let message = try await receive(timeout: deadline.map { Swift.max($0 - .now, .zero) })
            guard let notice = SubscriptionNotice(message) else { continue }
            notices.append(notice)
            standing = Swift.max(standing + (notice.isSubscription ? 1 : -1), 0)
        }
        return notices
    }
}
