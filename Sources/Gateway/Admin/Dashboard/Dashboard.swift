import Glibc
import NIOConcurrencyHelpers
import NIOCore

/// Looks at the gateway once a second, keeps what it saw for ten minutes, and hands it to all who watch.
///
/// What costs is done once, however many watch: the snapshot and its text are made in one place, and each watcher gets the
/// same bytes.
final class Dashboard: Sendable {
    /// What it looks at.
    struct Sources: Sendable {
        let broker: @Sendable () async -> BrokerSnapshot?
        let topics: @Sendable () async -> TopicSnapshot?
        let programs: @Sendable () async -> [ProgramSnapshot]
        let window: @Sendable () async -> RequestWindow
        let connections: @Sendable () -> Int
    }

    /// What is known at a moment.
    struct State: Sendable {
        /// The snapshots of the last ten minutes, the latest last.
        var history: [DashboardSnapshot] = []
        /// Their texts.
        var texts: [String] = []
        var broker: BrokerSnapshot?
        var problems: [String] = []
    }

    /// How many snapshots are kept: ten minutes.
    static let kept = 600

    private struct Shared {
        var state = State()
        var watchers: [Int: @Sendable (ByteBuffer) -> Void] = [:]
        var nextWatcher = 0
    }

    private let sources: Sources
    private let shared = NIOLockedValueBox(Shared())

    init(_ sources: Sources) {
        self.sources = sources
    }

    /// What is known.
    var state: State { shared.withLockedValue(\.state) }

    /// Calls a closure with each snapshot from now on, as a server-sent event.
    ///
    /// - Returns: what ends that.
    func watch(_ body: @escaping @Sendable (ByteBuffer) -> Void) -> @Sendable () -> Void {
        let number = shared.withLockedValue { shared in
            shared.nextWatcher += 1
            shared.watchers[shared.nextWatcher] = body
            return shared.nextWatcher
        }
        return { [shared] in shared.withLockedValue { _ = $0.watchers.removeValue(forKey: number) } }
    }

    /// Looks once a second, until the task is cancelled.
    func run() async {
        let clock = ContinuousClock()
        var last = clock.now
        var next = last
        while !Task.isCancelled {
            let now = clock.now
            await look(after: (now - last) / .seconds(1))
            last = now
            // In step, and without a burst after a time in which it could not run.
            next = max(next + .seconds(1), now + .milliseconds(500))
            try? await clock.sleep(until: next, tolerance: .milliseconds(20))
        }
    }

    private func look(after seconds: Double) async {
        guard let broker = await sources.broker() else { return }
        let snapshot = DashboardSnapshot(
            time: Self.time(), seconds: seconds, await sources.window(), broker, connections: sources.connections(),
            programs: await sources.programs(), topics: await sources.topics())
        let text = snapshot.json
        let watchers = shared.withLockedValue { shared in
            if shared.state.history.count >= Self.kept {
                shared.state.history.removeFirst()
                shared.state.texts.removeFirst()
            }
            shared.state.history.append(snapshot)
            shared.state.texts.append(text)
            shared.state.broker = broker
            shared.state.problems = DashboardProblems.list(shared.state.history)
            return Array(shared.watchers.values)
        }
        guard !watchers.isEmpty else { return }
        let event = ByteBuffer(string: "data: \(text)\n\n")
        for watcher in watchers { watcher(event) }
    }

    private static func time() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec / 1_000_000) / 1000
    }
}
