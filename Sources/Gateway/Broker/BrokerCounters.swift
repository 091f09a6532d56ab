/// What the broker has counted since its start.
public struct BrokerCounters: Sendable, Hashable {
    /// Requests submitted.
    public internal(set) var submitted = 0
    /// Requests sent to a worker, second attempts included.
    public internal(set) var dispatched = 0
    /// Replies and streams that came to their end.
    public internal(set) var completed = 0
    /// Requests sent to another worker after the first was lost.
    public internal(set) var retries = 0
    /// Replies that came too late and were dropped.
    public internal(set) var lateReplies = 0
    /// Replies refused as malformed.
    public internal(set) var invalidReplies = 0
    /// Registrations accepted.
    public internal(set) var workersRegistered = 0
    /// Workers lost for whatever reason.
    public internal(set) var workersLost = 0
    /// Workers removed because they broke the protocol.
    public internal(set) var violations = 0
    /// Peers that were turned away.
    public internal(set) var peersRefused = 0
    /// Messages of peers that are not registered, dropped without an answer.
    public internal(set) var messagesDropped = 0
}
