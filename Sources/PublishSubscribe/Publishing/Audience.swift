public import SwiftZMQ

/// How many subscriptions a publisher has, told by the notices that it receives (with the option `verboser`, so that
/// equal ones count, too).
public struct Audience: Sendable {
    /// All subscriptions that ever came.
    public private(set) var arrived = 0
    /// Those that are there now.
    public private(set) var present = 0

    private let head: Frame?

    /// Nobody yet.
    ///
    /// - Parameter head: what is going to be published; subscriptions to something else do not count. Nil, the default, if
    ///   all of them do.
    public init(for head: Frame? = nil) {
        self.head = head
    }

    /// Takes what the publisher received into account.
    public mutating func record(_ message: Message) {
        guard let notice = SubscriptionNotice(message) else { return }
        if let head, !TopicFilter(notice.prefix).matches(head) { return }
        if notice.isSubscription {
            arrived += 1
            present += 1
        } else {
            present -= 1
        }
    }
}
