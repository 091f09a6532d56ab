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
    public mutating func record(_ message: Multipart) {
        switch SubscriptionNotice(message) {
        case .subscribed:
            arrived += 1
            present += 1
        case .unsubscribed: present -= 1
        case nil: break
        }
    }
}
