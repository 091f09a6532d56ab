import Logging
import SwiftZMQ
import SystemSupport
import WorkerProtocol

/// The worker on one socket, from READY to DISCONNECT.
final class GatewaySession: Sendable {
    enum End {
        /// The gateway has not been heard for too long.
        case silent
        /// The gateway has said DISCONNECT.
        case dismissed
        /// The time given to the session is over.
        case timeUp
    }

    let worker: GatewayWorker
    let logger: Logger
    let socket: Dealer
    let requests: OutstandingRequests
    private let executor: SocketExecutor
    private let notes = Locked(Notes())

    private struct Notes {
        var hasBeenAccepted = false
        var hasReportedNonsense = false
    }

    /// How many messages are read in a row before handlers get their turn.
    private static let longestBatch = 64

    /// Opens a socket and says READY, which leaves as soon as the gateway can be reached.
    init(link: GatewayLink, logger: Logger) throws {
        worker = link.worker
        self.logger = logger
        executor = link.context.executor
        requests = OutstandingRequests(limit: worker.configuration.concurrency)
        socket = try Dealer(link.context) { options in
            options.security = link.worker.configuration.security
            options.usesIPv6 = EndpointText.isIPv6(link.endpoint)
            try link.worker.configuration.socketOptions(&options)
        }
        try socket.connect(link.endpoint)
        let isQueued = try socket.trySend(link.ready)
        assert(isQueued, "a new socket has room for one message")
    }

    /// Whether the gateway has sent anything but a DISCONNECT.
    var hasBeenAccepted: Bool { notes.withLock { $0.hasBeenAccepted } }

    /// Serves until the gateway is gone, or `CancellationError`.
    func serve(_ heartbeats: inout HeartbeatTimer) async throws -> End {
        try await listen(&heartbeats, until: nil)
    }

    /// Closes the socket at once; nobody is left to whom anything could be said.
    ///
    /// - Returns: how many requests were being worked on, which have been cancelled.
    @discardableResult
    func abandon() -> Int {
        let count = requests.close()
        close(linger: .zero)
        return count
    }

    /// Takes no further requests, finishes those at hand, and says DISCONNECT. The task may have been cancelled.
    func shutDown(_ heartbeats: HeartbeatTimer) async {
        let deadline = ContinuousClock.now + worker.configuration.drainTimeout
        // A task of its own for each step, as the calling one is cancelled and could not wait any more.
        let isGone = await Task(executorPreference: executor) { await self.drain(heartbeats, until: deadline) }.value
        let unfinished = requests.close()
        if unfinished > 0 {
            logger.warning(
                "\(unfinished) requests were not finished in time to stop",
                metadata: ["drain-timeout": "\(worker.configuration.drainTimeout)"])
        }
        if !isGone { sendIfPossible(.disconnect) }
        close(linger: isGone ? .zero : Self.farewellLinger)
    }

    /// How long the last replies and DISCONNECT may take to leave.
    private static let farewellLinger = Duration.seconds(5)

    /// A gateway that has not read DRAIN yet may still send requests for this long.
    private static let settlingTime = Duration.milliseconds(100)

    /// - Returns: whether the gateway went away meanwhile.
    private func drain(_ heartbeats: HeartbeatTimer, until deadline: ContinuousClock.Instant) async -> Bool {
        sendIfPossible(.drain)
        // An open WebSocket would last as long as its client likes.
        requests.endWebSockets()
        var heartbeats = heartbeats
        let settled = min(deadline, ContinuousClock.now + Self.settlingTime)
        guard await hasTimeLeft(&heartbeats, until: settled) else { return true }
        let finishing = Task(executorPreference: executor) { [heartbeats] in
            var heartbeats = heartbeats
            return await self.hasTimeLeft(&heartbeats, until: deadline)
        }
        requests.whenIdle { finishing.cancel() }
        return await !finishing.value
    }

    /// Goes on serving until an instant, or until the task is cancelled; false when the gateway is gone.
    private func hasTimeLeft(_ heartbeats: inout HeartbeatTimer, until deadline: ContinuousClock.Instant) async -> Bool
    {
        do {
            return try await listen(&heartbeats, until: deadline) == .timeUp
        } catch {
            return error is CancellationError
        }
    }

    // MARK: The loop

    private func listen(_ heartbeats: inout HeartbeatTimer, until deadline: ContinuousClock.Instant?) async throws
        -> End
    {
        while true {
            let wakeUp = deadline.map { min($0, heartbeats.nextEvent) } ?? heartbeats.nextEvent
            var message = try await receive(timeout: max(wakeUp - .now, .zero))
            let now = ContinuousClock.now
            heartbeats.wokeUp(at: now, expected: wakeUp)
            // What came in the last moment is heard before the gateway is judged.
            if message == nil { message = try socket.tryReceive() }
            if let message {
                if let end = try takeBatch(message, &heartbeats, now) { return end }
            } else if heartbeats.isSilent(at: now) {
                return .silent
            }
            if let deadline, now >= deadline { return .timeUp }
            if heartbeats.isDue(at: now) { sendIfPossible(.heartbeat) }
        }
    }

    /// The next message; nil when none comes in time.
    private func receive(timeout: Duration) async throws -> Message? {
        do {
            return try await socket.receive(timeout: timeout)
        } catch let error as ZMQError where error.code == .timedOut {
            return nil
        }
    }

    private func takeBatch(
        _ first: Message, _ heartbeats: inout HeartbeatTimer, _ now: ContinuousClock.Instant
    ) throws(ZMQError) -> End? {
        if let end = take(first, &heartbeats, now) { return end }
        for _ in 1..<Self.longestBatch {
            guard let message = try socket.tryReceive() else { break }
            if let end = take(message, &heartbeats, now) { return end }
        }
        return nil
    }

    private func take(_ message: Message, _ heartbeats: inout HeartbeatTimer, _ now: ContinuousClock.Instant) -> End? {
        let command: GatewayCommand
        do {
            command = try GatewayCommand(reading: message, dialect: .majordomo02)
        } catch {
            // Not counted as a sign of life: what talks nonsense is no gateway, and is given up when it goes on.
            reportNonsense(error)
            return nil
        }
        heartbeats.hear(at: now)
        switch command {
        case .request(let id, let frames): admit(id, frames)
        case .heartbeat: break
        case .disconnect: return .dismissed
        case .cancel(let id): requests.cancel(id)
        case .credit(let id, let bytes): requests.grant(bytes, to: id)
        case .message(let id, let kind, let data): requests.deliver(kind, data, to: id)
        }
        noteAcceptance()
        return nil
    }

    private func noteAcceptance() {
        let isFirst = notes.withLock { notes in
            defer { notes.hasBeenAccepted = true }
            return !notes.hasBeenAccepted
        }
        if isFirst { logger.info("serving the gateway") }
    }

    private func reportNonsense(_ error: WorkerProtocolError) {
        let isFirst = notes.withLock { notes in
            defer { notes.hasReportedNonsense = true }
            return !notes.hasReportedNonsense
        }
        // Once for each socket, so that whoever sends nonsense cannot fill the log as well.
        logger.log(
            level: isFirst ? .warning : .trace, "ignored a message that is not a gateway's",
            metadata: ["error": "\(error)"])
    }

    // MARK: Sending

    /// Sends a command that may be left out when the socket has no room: a gateway that reads nothing is about to be
    /// given up anyway.
    private func sendIfPossible(_ command: WorkerCommand) {
        do {
            let isSent = try socket.trySend(command.frames(in: .majordomo02))
            if !isSent { logger.debug("no room to send \(command)") }
        } catch {
            logger.debug("cannot send \(command)", metadata: ["error": "\(error)"])
        }
    }

    private func close(linger: Duration) {
        do {
            try socket.setOption(\.linger, to: linger)
        } catch {
            // Closed already, by the end of its context: then the linger period has no meaning any more.
            logger.trace("cannot set the linger period", metadata: ["error": "\(error)"])
        }
        socket.close()
    }
}
