/// What the broker has counted since its start.
package struct BrokerCounters: Sendable, Hashable {
    /// Requests submitted.
    package internal(set) var submitted = 0
    /// Requests sent to a worker, second attempts included.
    package internal(set) var dispatched = 0
    /// Replies and streams that came to their end.
    package internal(set) var completed = 0
    /// Requests sent to another worker after the first was lost.
    package internal(set) var retries = 0
    /// Replies, and pieces of replies, that came when nobody waited for them, and were dropped.
    package internal(set) var lateReplies = 0
    /// Replies refused as malformed.
    package internal(set) var invalidReplies = 0
    /// Registrations accepted.
    package internal(set) var workersRegistered = 0
    /// Workers lost for whatever reason.
    package internal(set) var workersLost = 0
    /// Workers removed because they broke the protocol.
    package internal(set) var violations = 0
    /// Peers that were turned away.
    package internal(set) var peersRefused = 0
    /// Messages of peers that are not registered, dropped without an answer.
    package internal(set) var messagesDropped = 0
}
