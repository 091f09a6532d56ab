public import SwiftZMQ

/// How many subscriptions a publisher has, told by the notices that it receives (with the option `verboser`, so that
/// equal ones count, too).
public struct Audience: Sendable {
    /// All subscriptions that ever came.
    public private(set) var arrived = 0
    /// Those that are there now.
    public private(set) var present = 0

    /// Nobody yet.
    public init() {}

    /// Takes what the publisher received into account.
    public mutating func record(_ message: Message) {
        guard let notice = SubscriptionNotice(message) else { return }
        if notice.isSubscription {
            arrived += 1
            present += 1
        } else {
            present -= 1
        }
    }
}
