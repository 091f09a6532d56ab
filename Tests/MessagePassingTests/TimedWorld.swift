import ProcessSupport

@testable import MessagePassing

/// Ranks with clocks: heartbeats, those who listen to them, and the agreement that follows. Time is counted in ticks of ten
/// milliseconds, which is how long each message takes.
struct TimedWorld {
    private enum Parcel {
        case heartbeat
        case membership(MembershipMessage)
    }

    private struct Flying {
        let due: Int
        let sender: Int
        let receiver: Int
        let parcel: Parcel
    }

    static let tick = Duration.milliseconds(10)
    static let ticksBetweenHeartbeats = 100

    let size: Int
    private var cores: [RankCore]
    private var detectors: [HeartbeatDetector]
    /// When in each interval ranks send their heartbeats, in ticks.
    private let phases: [Int]
    private var flying: [Flying] = []
    private var dead: Set<Int> = []
    private var ticks = 0

    init(size: Int, using random: inout SplitMix) {
        self.size = size
        cores = (0..<size).map { RankCore(rank: $0, size: size) }
        let interval = Self.tick * Self.ticksBetweenHeartbeats
        detectors = (0..<size).map { HeartbeatDetector(rank: $0, size: size, interval: interval, now: .zero) }
        phases = (0..<size).map { _ in Int.random(in: 0..<Self.ticksBetweenHeartbeats, using: &random) }
    }

    /// What the calls of those that live throw, by rank.
    var errors: [MessagePassingError?] {
        (0..<size).filter { !dead.contains($0) }.map { cores[$0].engine.error(of: CommunicatorID.world) }
    }

    mutating func kill(_ ranks: Set<Int>) { dead.formUnion(ranks) }

    /// Lets a tick go by.
    mutating func step() {
        ticks += 1
        let (time, now) = (ticks, Self.tick * ticks)
        let due = flying.filter { $0.due <= time }
        flying.removeAll { $0.due <= time }
        for message in due where !dead.contains(message.receiver) {
            detectors[message.receiver].heard(from: message.sender, at: now)
            guard case .membership(let told) = message.parcel else { continue }
            change(message.receiver) { core, effects in core.receive(told, from: message.sender, &effects) }
        }
        for rank in 0..<size where !dead.contains(rank) {
            if isTime(every: Self.ticksBetweenHeartbeats, rank) {
                for other in 0..<size where other != rank { send(.heartbeat, from: rank, to: other) }
            }
            guard isTime(every: Int(detectors[rank].lookInterval / Self.tick), rank) else { continue }
            let lost = detectors[rank].look(at: now)
            change(rank) { core, effects in core.suspect(lost, &effects) }
        }
    }

    private func isTime(every pause: Int, _ rank: Int) -> Bool { (ticks + phases[rank]) % pause == 0 }

    private mutating func send(_ parcel: Parcel, from sender: Int, to receiver: Int) {
        flying.append(Flying(due: ticks + 1, sender: sender, receiver: receiver, parcel: parcel))
    }

    private mutating func change(_ rank: Int, _ body: (inout RankCore, inout [RankCore.Effect]) -> Void) {
        var effects: [RankCore.Effect] = []
        body(&cores[rank], &effects)
        for case .tell(let message, let receiver) in effects {
            send(.membership(message), from: rank, to: receiver)
        }
    }
}
