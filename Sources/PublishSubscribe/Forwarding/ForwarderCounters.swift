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

    mutating func record(_ message: Message) {
        messages += 1
        bytes += message.reduce(0) { $0 + $1.count }
    }
}
