import SwiftZMQ

/// What a forwarder has done.
public struct ForwarderCounters: Sendable {
    /// The messages forwarded.
    public private(set) var messages = 0
    /// Their bytes.
    public private(set) var bytes = 0
    /// The subscriptions that have come.
    public internal(set) var subscriptions = 0
    /// The remembered messages sent to subscribers that came late.
    public internal(set) var replayed = 0
    /// What was sent, once for each subscriber it went to; nil where libzmq sends, which does not say.
    public internal(set) var sent: Int?
    /// What was dropped for subscribers that could not take it, once for each of them; nil where libzmq drops, which does
    /// not say.
    public internal(set) var dropped: Int?

    mutating func record(_ message: Message) {
        messages += 1
        bytes += message.reduce(0) { $0 + $1.count }
    }
}
