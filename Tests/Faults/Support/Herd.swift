import Glibc
import ProcessSupport

/// Worker processes, of which one always lives and works while the others are killed, stopped and started again.
struct Herd {
    private enum State {
        case running(since: ContinuousClock.Instant)
        case stopped
        case dead
    }

    private let gateway: FaultGateway
    private let record: String
    private var workers: [RunningProgram]
    private var states: [State]
    /// The one that is spared; in its turn another.
    private var spared = 0
    private var steps = 0
    private var counts: [String: Int] = [:]
    var random: SplitMix

    init(gateway: FaultGateway, record: String, count: Int, seed: UInt64) throws {
        self.gateway = gateway
        self.record = record
        random = SplitMix(seed: seed)
        workers = try (0..<count).map { _ in try gateway.worker(record: record) }
        states = Array(repeating: .running(since: .now), count: count)
    }

    /// How often each thing was done.
    var told: String { counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ") }

    /// Does something to somebody.
    mutating func disturb() throws {
        steps += 1
        if steps % 40 == 0 { spareAnother() }
        let index = Int.random(in: 0..<workers.count, using: &random)
        guard index != spared else { return }
        switch states[index] {
        case .running:
            if Bool.random(using: &random) {
                workers[index].signal(SIGKILL)
                states[index] = .dead
                counts["killed", default: 0] += 1
            } else {
                workers[index].signal(SIGSTOP)
                states[index] = .stopped
                counts["stopped", default: 0] += 1
            }
        case .stopped:
            if Int.random(in: 0..<4, using: &random) == 0 {
                workers[index].signal(SIGKILL)
                states[index] = .dead
                counts["killed while stopped", default: 0] += 1
            } else {
                workers[index].signal(SIGCONT)
                states[index] = .running(since: .now)
                counts["continued", default: 0] += 1
            }
        case .dead:
            workers[index] = try gateway.worker(record: record)
            states[index] = .running(since: .now)
            counts["started", default: 0] += 1
        }
    }

    /// Only one that has run long enough to be registered can take the place.
    private mutating func spareAnother() {
        let settled = states.indices.filter { index in
            if case .running(let since) = states[index] { ContinuousClock.now - since > .seconds(3) } else { false }
        }
        if let next = settled.randomElement(using: &random) { spared = next }
    }

    mutating func continueAll() {
        for worker in workers { worker.signal(SIGCONT) }
    }
}
