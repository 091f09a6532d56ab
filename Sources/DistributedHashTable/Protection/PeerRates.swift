/// How much is taken from each peer: so many messages at once, and so many a second from then on.
///
/// What a peer sends beyond is not answered, so that a flood costs its sender more than its receiver. With CURVE a peer is its
/// key, however many connections it makes; without, it is the connection that its messages come through, as many honest nodes
/// may be at one address. Only so many are remembered; the one that was heard longest ago is forgotten for a new one.
struct PeerRates: Sendable {
    private struct Allowance {
        var messages: Double
        var asOf: Instant
    }

    private let perSecond: Double
    private let atOnce: Double
    private let capacity: Int
    private var allowances: [UInt64: Allowance] = [:]

    /// How many peers are remembered.
    var count: Int { allowances.count }

    init(perSecond: Int, atOnce: Int, capacity: Int) {
        self.perSecond = Double(perSecond)
        self.atOnce = Double(atOnce)
        self.capacity = capacity
    }

    /// Whether one more message of a peer is taken.
    mutating func admit(_ peer: UInt64, now: Instant) -> Bool {
        if allowances[peer] == nil, allowances.count >= capacity { makeRoom(now: now) }
        var allowance = allowances[peer] ?? Allowance(messages: atOnce, asOf: now)
        let regained = (now - allowance.asOf).inSeconds * perSecond
        allowance.messages = min(atOnce, allowance.messages + max(regained, 0))
        allowance.asOf = now
        let isAdmitted = allowance.messages >= 1
        if isAdmitted { allowance.messages -= 1 }
        allowances[peer] = allowance
        return isAdmitted
    }

    /// Forgets whoever could send as much again as a stranger may, and else those that were silent for longest.
    private mutating func makeRoom(now: Instant) {
        let full = Instant.Span.seconds(atOnce / perSecond)
        allowances = allowances.filter { now - $0.value.asOf < full }
        guard allowances.count >= capacity else { return }
        let times = allowances.values.map(\.asOf).sorted()
        let limit = times[times.count / 2]
        allowances = allowances.filter { $0.value.asOf > limit }
    }
}
