import Logging
import NIOConcurrencyHelpers
import SwiftZMQ
import SystemSupport

/// The thread that drives a ``ProgramSupervision``: it starts processes, and tells of what becomes of them and of their
/// workers. Each process has a thread of its own, which reads what it writes and waits for its end.
final class ProgramLoop: Sendable {
    /// What bounds the life of every process.
    struct Limits: Sendable {
        /// After how many answered requests it is replaced; nil for never.
        var requests: Int?
        /// From how many bytes of memory on; nil for never.
        var memory: Int?
        /// How long it may take to finish its requests, and again to end.
        var drainTimeout: Duration
    }

    enum Call {
        case apply([ProgramConfiguration], Limits)
        case restart(String, CheckedContinuation<Int?, Never>)
        case started(ProgramProcess, Int32)
        case ended(ProgramProcess, String)
        case broker(BrokerReport)
        case drain
        case end(Duration?, CheckedContinuation<Void, Never>)
        case snapshot(CheckedContinuation<[ProgramSnapshot], Never>)
    }

    let broker: BrokerLoop
    let logger: Logger
    let inbox: LoopInbox<PendingCalls<Call>>

    /// Starts the thread, and no process.
    init(_ broker: BrokerLoop, logger: Logger) throws {
        self.broker = broker
        self.logger = logger
        inbox = try LoopInbox(PendingCalls())
        let inbox = inbox
        broker.processListener.withLockedValue { $0 = { inbox.leave(.broker($0)) } }
        try DetachedThread.start(name: "programs") { [self] in run() }
    }

    /// Takes other programs: see ``ProgramSupervision/apply(_:now:)``.
    func apply(_ configuration: GatewayConfiguration) {
        let limits = Limits(
            requests: configuration.programRequestLimit, memory: configuration.programMemoryLimit,
            drainTimeout: configuration.drainTimeout)
        inbox.leave(.apply(configuration.programs, limits))
    }

    /// Replaces the processes of a program, one after another.
    ///
    /// - Returns: how many; nil where there is no such program, or none is started any more.
    func restart(_ name: String) async -> Int? {
        await withCheckedContinuation { continuation in
            inbox.leave(.restart(name, continuation)) { continuation.resume(returning: nil) }
        }
    }

    /// Starts nothing any more.
    func drain() {
        inbox.leave(.drain)
    }

    /// Tells every process to end; returns when they have.
    ///
    /// - Parameter patience: how long they may take; nil for the drain timeout.
    func end(within patience: Duration? = nil) async {
        await withCheckedContinuation { continuation in
            inbox.leave(.end(patience, continuation)) { continuation.resume() }
        }
    }

    /// What runs.
    func snapshot() async -> [ProgramSnapshot] {
        await withCheckedContinuation { continuation in
            inbox.leave(.snapshot(continuation)) { continuation.resume(returning: []) }
        }
    }
}
