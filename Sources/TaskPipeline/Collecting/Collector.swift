import EndpointSupport
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
        /// Whether it goes on with a run that was ended. Default false.
        public var resumes = false
        /// Who else is told of each attempt and each result, before it is written.
        public var observers: [any ResultObserver] = []

        /// The defaults.
        public init() {}
    }

    struct State {
        var run = RunID.none
        var sequencer: ResultSequencer
        var pendingReports = PendingReports()
        /// Since when the producer says that another collector has taken this one's place.
        var replacedSince: Instant?
        /// What there is of an earlier run, as long as the producer may not know it.
        var recovered: RecoveredResults?
        /// By a clock that stands still when this program does.
        var clock = PresenceClock()
        var toldFailures = 0
        /// Set when the producer says that the run is over.
        var ending: RunEnding?
        var hasFarewell = false
        var isStopped = false
        var lastHeard: Instant
        var isProducerMissed = false
        /// Why the producer has refused the last connection; nil when it has not.
        var refusal: String?
        var written: UInt64 = 0
        var failed: UInt64 = 0
        var dropped: UInt64 = 0
        /// When to say next that results of another run come; nil as long as none has.
        var nextForeignNotice: Instant?
        var foreignPause = GrowingInterval(from: .seconds(5), upTo: .seconds(600))
    }

    /// The endpoint for workers, wildcards resolved.
    public let resultsEndpoint: String
    /// An endpoint for workers in this process, which need neither a port nor keys.
    public let localResultsEndpoint: String

    let session = SessionID.random()
    let results: Pull
    let done: Dealer
    private let producerConnection: LastingConnection<Dealer>
    let doneEndpoint: String
    let sink: any ResultSink
    let settings: Settings
    let state: Locked<State>
    /// Given when the producer says something, and when the collector is stopped.
    let change = AsyncSignal()
    /// What the producer has given up comes the same way as results do.
    let lost: Push
    let notice: NoticeHandler
    private let executor: SocketExecutor

    /// Binds the endpoint for workers, and connects to the producer's, where nobody need be yet.
    public init(
        _ context: Context, settings: Settings, results resultsEndpoint: String, done doneEndpoint: String,
        sink: any ResultSink, security: PipelineSecurity = PipelineSecurity(),
        notice: @escaping NoticeHandler = { _ in }
    ) throws {
        results = try Pull(context) {
            $0.receiveHighWaterMark = nil
            $0.setForLostConnections()
            $0.usesIPv6 = EndpointText.isIPv6(resultsEndpoint)
            $0.secure(by: security.bound)
        }
        done = try Dealer(context) {
            $0.setForPipeline()
            $0.linger = .milliseconds(500)
            $0.usesIPv6 = EndpointText.isIPv6(doneEndpoint)
            $0.secure(by: security.connected)
        }
        self.resultsEndpoint = try results.bindUnlessTaken(resultsEndpoint)
        lost = try Push(context) {
            $0.sendHighWaterMark = nil
            $0.linger = .zero
        }
        localResultsEndpoint = try results.localEndpoint(beside: self.resultsEndpoint)
        try lost.connect(localResultsEndpoint)
        self.doneEndpoint = doneEndpoint
        producerConnection = try LastingConnection(done, to: doneEndpoint)
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
                isComplete: $0.ending.map { !$0.isInterrupted && !$0.isHalted } ?? false,
                isHalted: $0.ending?.isHalted ?? false)
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
            lost.close()
            done.close()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Not on the thread that takes results in: however much there is to write, the producer hears that this
            // collector lives.
            group.addTask { [self] in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { [self] in try await hearProducer() }
                    group.addTask { [self] in try await keepTime() }
                    group.addTask { [self] in
                        try await producerConnection.keep { change in
                            let reason: String? = if case .refused(let reason) = change { reason } else { nil }
                            state.withLock { $0.refusal = reason }
                        }
                    }
                    defer { group.cancelAll() }
                    while try await group.next() != nil {}
                }
            }
            group.addTask { [self] in
                try await withTaskExecutorPreference(executor) {
                    guard try await begin() else { return }
                    try await collect()
                    try await finish()
                }
            }
            defer { group.cancelAll() }
            // Only the last of them ends by itself; a failure of any ends all.
            try await group.next()
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
