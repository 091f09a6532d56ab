public import SwiftZMQ
import SystemSupport

/// A collector: takes results in, writes each once, and tells the producer what is where it belongs.
public final class Collector: Sendable {
    typealias Instant = Moment

    /// How results are to be written.
    public struct Settings: Sendable {
        /// As what. Default text.
        public var format = ResultFormat.text
        /// Whether in the order of the tasks. Default false.
        public var isOrdered = false

        /// The defaults.
        public init() {}
    }

    struct State {
        var run = RunID.none
        var sequencer: ResultSequencer
        var pendingReports = PendingReports()
        /// Since when the producer says that another collector has taken this one's place.
        var replacedSince: Instant?
        /// Set when the producer says that the run is over.
        var ending: RunEnding?
        var hasFarewell = false
        var isStopped = false
        var lastHeard: Instant
        var isProducerMissed = false
        var written: UInt64 = 0
        var failed: UInt64 = 0
        var dropped: UInt64 = 0
    }

    /// The endpoint for workers, wildcards resolved.
    public let resultsEndpoint: String

    let session = SessionID.random()
    let results: Pull
    let done: Dealer
    let doneEndpoint: String
    let sink: any ResultSink
    let settings: Settings
    let state: Locked<State>
    /// Given when the producer says something, and when the collector is stopped.
    let change = AsyncSignal()
    let notice: NoticeHandler
    private let executor: SocketExecutor

    /// Binds the endpoint for workers, and connects to the producer's, where nobody need be yet.
    public init(
        _ context: Context, settings: Settings, results resultsEndpoint: String, done doneEndpoint: String,
        sink: any ResultSink, notice: @escaping NoticeHandler = { _ in }
    ) throws {
        results = try Pull(context) {
            $0.receiveHighWaterMark = nil
            $0.setForLostConnections()
            $0.usesIPv6 = resultsEndpoint.contains("[")
        }
        done = try Dealer(context) {
            $0.setForPipeline()
            $0.linger = .milliseconds(500)
            $0.usesIPv6 = doneEndpoint.contains("[")
        }
        self.resultsEndpoint = try results.bind(resultsEndpoint)
        self.doneEndpoint = doneEndpoint
        try done.connect(doneEndpoint)
        self.settings = settings
        self.sink = sink
        self.notice = notice
        executor = context.executor
        state = Locked(State(sequencer: ResultSequencer(isOrdered: settings.isOrdered), lastHeard: .now))
    }

    /// How far it is.
    public var status: CollectorStatus {
        state.withLock {
            CollectorStatus(
                written: $0.written, failed: $0.failed, dropped: $0.dropped, held: $0.sequencer.heldCount,
                isComplete: $0.ending.map { !$0.isInterrupted } ?? false)
        }
    }

    /// Writes what has been received, tells the producer, and lets ``run()`` return.
    public func stop() {
        state.withLock { $0.isStopped = true }
        change.send()
        results.close()
    }

    /// Collects until the producer says that all is done.
    public func run() async throws {
        defer {
            results.close()
            done.close()
        }
        try await withTaskExecutorPreference(executor) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [self] in try await hearProducer() }
                group.addTask { [self] in try await keepTime() }
                group.addTask { [self] in
                    guard try await begin() else { return }
                    try await collect()
                    try await finish()
                }
                defer { group.cancelAll() }
                // Only the last of them ends by itself; a failure of any ends all.
                try await group.next()
            }
        }
    }

    /// Waits until the run is known, and finds out what is there of it.
    ///
    /// - Returns: false when the collector was stopped before.
    private func begin() async throws -> Bool {
        while true {
            let (run, isStopped) = state.withLock { ($0.run, $0.isStopped) }
            if isStopped { return false }
            if run != .none { break }
            await change.wait()
            try Task.checkCancellation()
        }
        return true
    }
}
