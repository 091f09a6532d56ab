import SwiftZMQ

/// Routing ids of peers that said DISCONNECT or were told it, for three to six heartbeats.
///
/// They get no further command (RFC 7 and 18): what they had sent before they read the DISCONNECT must not be answered
/// with another. Forgetting them later is harmless and keeps the memory bounded.
struct DismissedPeers {
    private var recent: Set<Frame> = []
    private var older: Set<Frame> = []
    private var turned: ContinuousClock.Instant
    private let lifetime: Duration
    private static let limit = 4096

    init(lifetime: Duration, now: ContinuousClock.Instant) {
        self.lifetime = lifetime
        turned = now
    }

    var count: Int { recent.count + older.count }

    mutating func insert(_ routingID: Frame, now: ContinuousClock.Instant) {
        turn(now)
        recent.insert(routingID)
        if recent.count >= Self.limit {
            older = recent
            recent = []
            turned = now
        }
    }

    mutating func contains(_ routingID: Frame, now: ContinuousClock.Instant) -> Bool {
        turn(now)
        return recent.contains(routingID) || older.contains(routingID)
    }

    mutating func remove(_ routingID: Frame) {
        recent.remove(routingID)
        older.remove(routingID)
    }

    private mutating func turn(_ now: ContinuousClock.Instant) {
        let elapsed = now - turned
        guard elapsed >= lifetime else { return }
        older = elapsed >= lifetime * 2 ? [] : recent
        recent = []
        turned = now
    }
}
