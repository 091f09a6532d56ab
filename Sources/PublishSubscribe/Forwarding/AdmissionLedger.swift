public import SwiftZMQ

/// Which subscribers of a forwarder with a cache may have been turned away by mistake.
///
/// Between the moment when a subscription is received and the moment when its subscriber is admitted, remembered messages
/// are sent. If libzmq (4.3) learns in that time that another subscriber is gone, it forgets whom it would admit, and does
/// not say so. But it then gives the notice of an end of a subscription, before it says that there are no more notices.
/// Whoever was admitted before such a notice is in doubt from then on, and is sent its messages in a way that reaches
/// those who have not been admitted. That costs time, and nothing else if the doubt was unfounded.
public struct AdmissionLedger: Sendable {
    /// The subscriptions to each prefix.
    private var subscriptions: [Message: Int] = [:]
    /// Those admitted since there were no more notices.
    private var unconfirmed: [Message] = []
    /// Those that may not have been admitted.
    private var doubtful: Set<Message> = []

    /// An empty ledger.
    public init() {}

    /// Notes that a subscriber was admitted to a prefix.
    ///
    /// - Parameter afterSending: whether anything was sent since its subscription was received.
    public mutating func noteAdmission(to prefix: Message, afterSending: Bool) {
        subscriptions[prefix, default: 0] += 1
        if afterSending { unconfirmed.append(prefix) }
    }

    /// Notes the notice of the end of a subscription.
    public mutating func noteEnd(of prefix: Message) {
        doubtful.formUnion(unconfirmed)
        unconfirmed = []
        let left = subscriptions[prefix, default: 0] - 1
        subscriptions[prefix] = left > 0 ? left : nil
        // Whoever was in doubt was one of those who wanted this prefix, and they are all gone.
        if left <= 0 { doubtful.remove(prefix) }
    }

    /// Notes that there are no more notices for now.
    public mutating func noteNoMore() {
        unconfirmed.removeAll(keepingCapacity: true)
    }

    /// Whether there is any doubt at all.
    public var hasDoubts: Bool { !doubtful.isEmpty }

    /// Whether somebody may want a message who has not been admitted to it.
    public func doubts(_ frame: Message) -> Bool {
        doubtful.contains { TopicFilter($0).matches(frame) }
    }
}
