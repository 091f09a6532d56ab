import Foundation
import ProcessSupport
import SwiftZMQ
import Synchronization
import Testing

/// One run of actors that use sockets at random, at the same time, until its time is over or something is wrong.
///
/// `HAMMER_SECONDS` sets how long a run takes, and `HAMMER_SEED` what its actors draw. Each run prints its seed; as
/// threads take turns as they like, the same seed makes the same run likely, not certain.
final class Hammer: Sendable {
    /// How long nothing may take. A hang is longer, and on a busy machine many things take long.
    static let patience = Duration.seconds(30)

    private static let seconds = setting("HAMMER_SECONDS").map(Double.init) ?? 2
    private static let seed =
        setting("HAMMER_SEED").map { UInt64(bitPattern: Int64($0)) } ?? .random(in: 0 ... .max / 2)

    private static func setting(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap(Int.init) }

    let name: String
    /// What tasks prefer; nil for the global executor.
    let executor: SocketExecutor?
    let ledger = Ledger()
    private let end = ContinuousClock.now + .seconds(seconds)
    private let state = Mutex(State())

    private struct State {
        /// What each actor does, and since when.
        var doing: [Int: (name: String, what: String, since: ContinuousClock.Instant)] = [:]
        var actors = 0
        var isOver = false
        var onHang: [@Sendable () -> Void] = []
    }

    init(_ name: String, on executor: SocketExecutor?) {
        self.name = name
        self.executor = executor
        print("hammer \(name), \(executor == nil ? "global executor" : "socket executor"): HAMMER_SEED=\(Self.seed)")
    }

    /// Whether actors are to come to their end: when the time is over and something has arrived, which on a busy machine may
    /// take longer, or something is wrong.
    var isOver: Bool {
        guard ledger.violations.isEmpty else { return true }
        let now = ContinuousClock.now
        return now >= end && (ledger.counts.received > 0 || now >= end + Self.patience)
    }

    /// Has something done when somebody hangs, such as closing what they wait for.
    func onHang(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.onHang.append(body) }
    }

    /// Somebody who takes part.
    func makeActor(_ name: String) -> HammerActor {
        let number = state.withLock { state in
            state.actors += 1
            return state.actors
        }
        return HammerActor(hammer: self, name: name, number: number, seed: Self.seed)
    }

    func note(_ actor: Int, _ name: String, does what: String?) {
        state.withLock { state in state.doing[actor] = what.map { (name, $0, .now) } }
    }

    /// Runs the actors that a closure adds to a group, watching over them, and reports what was wrong.
    nonisolated(nonsending) func run(
        _ body: @Sendable (inout ThrowingTaskGroup<Void, any Error>) async throws -> Void
    ) async throws {
        watch()
        defer { state.withLock { $0.isOver = true } }
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await body(&group)
                try await group.waitForAll()
            }
        } catch  where !ledger.violations.isEmpty {
            // Those who were given up are not what is wrong.
        }
        let counts = ledger.counts
        let violations = ledger.violations
        #expect(violations.isEmpty, "\(name), HAMMER_SEED=\(Self.seed): \(violations.joined(separator: "\n"))")
        // A hammer that does not hit anything proves nothing.
        #expect(counts.received > 0)
        print("hammer \(name): \(counts.sent) sent, \(counts.received) received")
    }

    /// Notes that something takes for ever.
    func giveUp(_ what: String) {
        ledger.violate("\(what); \(report())")
    }

    /// Waits until everything that was sent has arrived.
    nonisolated(nonsending) func waitForArrivals() async throws {
        let deadline = ContinuousClock.now + Self.patience
        while !ledger.hasAllArrived, ledger.violations.isEmpty {
            if ContinuousClock.now > deadline {
                let (sent, received) = ledger.counts
                giveUp("\(received) of \(sent) messages arrived; missing: \(ledger.missing)")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// From a thread of its own, which works when no executor does.
    private func watch() {
        Thread.detachNewThread { [self] in
            var givenUp: ContinuousClock.Instant?
            while !state.withLock({ $0.isOver }) {
                usleep(50_000)
                if let givenUp {
                    guard ContinuousClock.now - givenUp < Self.patience else {
                        fatalError("hammer \(name) does not end, HAMMER_SEED=\(Self.seed): \(report())")
                    }
                    continue
                }
                let late = state.withLock { state in
                    state.doing.values.filter { ContinuousClock.now - $0.since > Self.patience * 1.5 }.map(\.name)
                }
                guard !late.isEmpty else { continue }
                ledger.violate("hangs: \(late.sorted().joined(separator: ", ")); \(report())")
                givenUp = .now
                for body in state.withLock({ $0.onHang }) { body() }
            }
        }
    }

    private func report() -> String {
        state.withLock { state in
            state.doing.values.sorted { $0.since < $1.since }
                .map { "\n    \($0.name) for \(ContinuousClock.now - $0.since): \($0.what)" }.joined()
        }
    }
}
