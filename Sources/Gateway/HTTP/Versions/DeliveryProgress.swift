import NIOCore

/// How far a client has come with what is written for it, and how often that is looked at once a connection ends.
struct DeliveryProgress {
    /// How many bytes the client had acknowledged when that was last looked at.
    private(set) var acknowledged = 0
    /// When there last were more of them.
    private var last = NIODeadline.distantPast
    /// The time until the next look.
    private(set) var interval = TimeAmount.zero

    /// Whether the client has acknowledged more since that was last looked at.
    ///
    /// - Parameters:
    ///   - written: how many bytes were handed on.
    ///   - unacknowledged: how many of them the client has not acknowledged.
    @discardableResult
    mutating func note(written: Int, unacknowledged: Int, at now: NIODeadline) -> Bool {
        guard written - unacknowledged > acknowledged else { return false }
        acknowledged = written - unacknowledged
        last = now
        return true
    }

    /// The connection is to end once the client has everything: from now on that is looked at, soon at first.
    mutating func beginToWatch(at now: NIODeadline) {
        last = now
        interval = .milliseconds(20)
    }

    /// When to look again; nil where the client has stood still for as long as it may.
    mutating func nextLook(after now: NIODeadline, patience: TimeAmount) -> NIODeadline? {
        guard now - last < patience else { return nil }
        interval = min(interval * 2, .seconds(1), patience)
        return now + interval
    }
}
