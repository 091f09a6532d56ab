public import SwiftZMQ

/// How many subscriptions a publisher has, told by the notices that it receives (with the option `verboser`, so that
/// equal ones count, too). Those behind a forwarder count as if they were the publisher's own.
public struct Audience: Sendable {
    /// All subscriptions that ever came.
    public private(set) var arrived = 0
    /// Those that are there now.
    public private(set) var present = 0
    /// The same with those that forwarders have on their own account, as one that remembers last values has: nobody may be
    /// behind it, but what is sent is not lost.
    public private(set) var arrivedAtAll = 0
    /// Those among them that are there now.
    public private(set) var presentAtAll = 0

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
        if let marker = AudienceMarker(notice.prefix) { return record(marker, isSubscription: notice.isSubscription) }
        if let head, !TopicFilter(notice.prefix).matches(head) { return }
        count(notice.isSubscription)
    }

    /// Takes what a forwarder says of its subscribers into account.
    private mutating func record(_ marker: AudienceMarker, isSubscription: Bool) {
        if let head, !TopicFilter(marker.prefix).matches(head) { return }
        switch marker.meaning {
        case .another: count(isSubscription)
        case .nobody:
            // The forwarder's own subscription, which came or comes as any other, is nobody's.
            present += isSubscription ? -1 : 1
            arrived += isSubscription ? -1 : 1
        }
    }

    private mutating func count(_ isSubscription: Bool) {
        present += isSubscription ? 1 : -1
        presentAtAll += isSubscription ? 1 : -1
        guard isSubscription else { return }
        arrived += 1
        arrivedAtAll += 1
    }
}
