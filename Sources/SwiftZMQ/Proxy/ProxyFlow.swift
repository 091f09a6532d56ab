/// One direction of a ``Proxy``: what is taken from a source is given to a destination and to a capture socket.
final class ProxyFlow: Sendable {
    private let source: End
    private let destination: End
    private let capture: End?
    private let state = Locked(State())

    /// A socket, and what the program calls it.
    struct End: Sendable {
        /// Ends, by throwing, when the socket is closed.
        nonisolated(nonsending) func waitUntilClosed() async throws {
            do {
                try await core.waitUntilReady(for: [])
            } catch let error as ZMQError {
                throw named(error)
            }
        }

        let name: String
        let handle: SocketHandle
        var core: SocketCore { handle.core }

        func named(_ error: ZMQError) -> ZMQError {
            ZMQError(code: error.code, operation: "run a proxy with its \(name)", explanation: error.explanation)
        }
    }

    fileprivate struct State {
        var received = ProxyStatistics.Traffic()
        var sent = ProxyStatistics.Traffic()
        var undeliverable = 0
        /// A message that was taken and found no room.
        var held: Message?
        /// A message that was sent and that the capture socket had no room for.
        var uncaptured: Message?
        var isPaused = false
        /// The flow's task while it waits to be resumed.
        var sleeper: Suspension<Void, any Error>?
    }

    /// Why a burst of messages ended.
    private enum EndOfBurst { case nothingThere, noRoom, heldUp, uncaptured, noRoomForCapture, longEnough, paused }

    /// How many messages pass before others are let run, the other direction among them.
    private let longestBurst: Int
    /// Whether there are two sockets. Of one alone, as in C, its room is not asked for: a REP socket has none until it has
    /// received.
    private let asksForRoom: Bool

    init(from source: End, to destination: End, capture: End?) {
        self.source = source
        self.destination = destination
        self.capture = capture
        asksForRoom = source.core !== destination.core
        // A REQ or REP socket takes turns, and must be asked whose turn it is before each message is taken.
        longestBurst = source.core.kind.takesTurns || destination.core.kind.takesTurns ? 1 : SocketCore.fullBudget
    }
}

// MARK: - Steering

extension ProxyFlow {
    /// Takes no message any more from when this returns.
    func pause() {
        state.withLock { $0.isPaused = true }
    }

    func resume() {
        let sleeper = state.withLock { state in
            state.isPaused = false
            defer { state.sleeper = nil }
            return state.sleeper
        }
        sleeper?.resume(.success(()))
    }

    /// Adds what has passed to the figures of both sides.
    func report(
        to statistics: inout ProxyStatistics, from source: WritableKeyPath<ProxyStatistics, ProxyStatistics.Side>,
        to destination: WritableKeyPath<ProxyStatistics, ProxyStatistics.Side>
    ) {
        let (received, sent, undeliverable) = state.withLock { ($0.received, $0.sent, $0.undeliverable) }
        statistics[keyPath: source].received = received
        statistics[keyPath: destination].sent = sent
        statistics.undeliverable += undeliverable
    }
}

// MARK: - Passing on

extension ProxyFlow {
    /// Passes messages on until the task is cancelled or a socket fails.
    nonisolated(nonsending) func run() async throws {
        while !Task.isCancelled {
            switch try burst() {
            case .nothingThere: try await wait(for: source, to: .readable)
            case .noRoom: try await wait(for: destination, to: .writable)
            case .noRoomForCapture: if let capture { try await wait(for: capture, to: .writable) }
            case .heldUp: try await sendHeld()
            case .uncaptured: try await sendUncaptured()
            case .longEnough: await source.core.context.executor.yield()
            case .paused: try await waitToBeResumed()
            }
        }
        throw CancellationError()
    }

    /// Gives away what is held as far as that needs no waiting.
    func flush() {
        state.withLock { state in
            // What fails now is met again by the next run.
            _ = try? giveHeld(&state)
            _ = try? giveUncaptured(&state)
        }
    }

    private func burst() throws(ZMQError) -> EndOfBurst {
        // Resumed when all locks are released.
        var servedAtSource = DeferredResumptions()
        var servedAtDestination = DeferredResumptions()
        defer {
            servedAtSource.resume()
            servedAtDestination.resume()
        }
        return try state.withLock { state throws(ZMQError) in
            guard !state.isPaused else { return .paused }
            guard try giveHeld(&state) else { return .heldUp }
            guard try giveUncaptured(&state) else { return .uncaptured }
            // As in C, nothing is taken while it could not go on.
            if asksForRoom, try !isWritable(destination) { return .noRoom }
            guard let capture else { return try pass(&state, &servedAtSource, &servedAtDestination) }
            if try !isWritable(capture) { return .noRoomForCapture }
            for _ in 0..<longestBurst {
                guard let message = try take() else { return .nothingThere }
                state.received.add(message)
                state.held = message
                guard try giveHeld(&state) else { return .heldUp }
                guard try giveUncaptured(&state) else { return .uncaptured }
            }
            return .longEnough
        }
    }

    /// Passes on a burst while holding the locks of both sockets, so that locking, and the look at those who wait for them,
    /// cost once and not with each message.
    private func pass(
        _ state: inout State, _ servedAtSource: inout DeferredResumptions,
        _ servedAtDestination: inout DeferredResumptions
    ) throws(ZMQError) -> EndOfBurst {
        let (source, destination) = (source.core, destination.core)
        guard source !== destination else {
            return try source.state.withLock { both throws(ZMQError) in
                guard both.receivers.isEmpty, both.senders.isEmpty || source.kind.sendsToNamedPeers else {
                    return .nothingThere
                }
                defer { if both.isAwaited { both.serveWaiters(source.kind, &servedAtSource) } }
                for _ in 0..<longestBurst {
                    guard let message = try take(from: &both, &state) else { return .nothingThere }
                    guard try give(message, to: &both, source.kind, &state) else { return .heldUp }
                }
                return .longEnough
            }
        }
        return try SocketCore.withStates(source, destination) { from, to throws(ZMQError) in
            defer {
                if from.isAwaited { from.serveWaiters(source.kind, &servedAtSource) }
                if to.isAwaited { to.serveWaiters(destination.kind, &servedAtDestination) }
            }
            guard from.receivers.isEmpty else { return .nothingThere }
            guard to.senders.isEmpty || destination.kind.sendsToNamedPeers else { return .noRoom }
            for _ in 0..<longestBurst {
                guard let message = try take(from: &from, &state) else { return .nothingThere }
                guard try give(message, to: &to, destination.kind, &state) else { return .heldUp }
            }
            return .longEnough
        }
    }

    private func take(from socket: inout SocketState, _ state: inout State) throws(ZMQError) -> Message? {
        do throws(ZMQError) {
            guard let message = try socket.take() else { return nil }
            state.received.add(message)
            return message
        } catch {
            // As in the other `take`.
            if error.code == .wrongState, !socket.life.isInUse { return nil }
            throw source.named(error)
        }
    }

    /// Whether the message is not held.
    private func give(
        _ message: Message, to socket: inout SocketState, _ kind: SocketKind, _ state: inout State
    ) throws(ZMQError) -> Bool {
        do throws(ZMQError) {
            guard socket.maySend(message, kind), try socket.give(message, kind) else {
                state.held = message
                return false
            }
            state.sent.add(message)
        } catch {
            state.held = message
            try state.failed(error, at: destination)
        }
        return true
    }

    private func isWritable(_ end: End) throws(ZMQError) -> Bool {
        do throws(ZMQError) {
            return try end.core.readiness().contains(.writable)
        } catch {
            throw end.named(error)
        }
    }

    private func take() throws(ZMQError) -> Message? {
        do throws(ZMQError) {
            return try source.core.tryReceive()
        } catch {
            // A REP socket whose reply has not come yet; asked for its readiness, it says no.
            if error.code == .wrongState { return nil }
            throw source.named(error)
        }
    }

    /// Whether nothing is held any more.
    private func giveHeld(_ state: inout State) throws(ZMQError) -> Bool {
        guard let message = state.held else { return true }
        do throws(ZMQError) {
            guard try destination.handle.trySend(message) else { return false }
            state.passed(message, isCaptured: capture != nil)
        } catch {
            try state.failed(error, at: destination)
        }
        return true
    }

    private func giveUncaptured(_ state: inout State) throws(ZMQError) -> Bool {
        guard let message = state.uncaptured, let capture else { return true }
        do throws(ZMQError) {
            guard try capture.handle.trySend(message) else { return false }
            state.uncaptured = nil
            return true
        } catch {
            throw capture.named(error)
        }
    }

    /// Waits for room for a message that has been taken. Unlike its readiness, that tells of a ROUTER's one full peer.
    private nonisolated(nonsending) func sendHeld() async throws {
        guard let message = state.withLock({ $0.held }) else { return }
        do {
            try await destination.handle.waitToSend(message, timeout: nil)
            state.withLock { $0.passed(message, isCaptured: capture != nil) }
        } catch let error as ZMQError {
            try state.withLock { state throws(ZMQError) in try state.failed(error, at: destination) }
        }
    }

    private nonisolated(nonsending) func sendUncaptured() async throws {
        guard let message = state.withLock({ $0.uncaptured }), let capture else { return }
        do {
            try await capture.handle.waitToSend(message, timeout: nil)
            state.withLock { $0.uncaptured = nil }
        } catch let error as ZMQError {
            throw capture.named(error)
        }
    }

    private nonisolated(nonsending) func wait(for end: End, to readiness: PollEvents) async throws {
        do {
            try await end.core.waitUntilReady(for: readiness)
        } catch let error as ZMQError {
            throw end.named(error)
        }
    }

    private nonisolated(nonsending) func waitToBeResumed() async throws {
        try await Suspension<Void, any Error>.wait { suspension in
            state.withLock { state in
                guard state.isPaused else { return .success(()) }
                state.sleeper = suspension
                return nil
            }
        } withdraw: {
            // The flow's own task sleeps, so that nobody resumes a task while holding this lock.
            state.withLock { $0.sleeper.take() }
        }
    }
}

extension ProxyFlow.State {
    /// The message that was held has been sent.
    fileprivate mutating func passed(_ message: Message, isCaptured: Bool) {
        held = nil
        sent.add(message)
        uncaptured = isCaptured ? message : nil
    }

    /// The message that was held cannot be sent: dropped if it is for a peer that is gone, or else the end of the run.
    fileprivate mutating func failed(_ error: ZMQError, at destination: ProxyFlow.End) throws(ZMQError) {
        guard error.code == .hostUnreachable else { throw destination.named(error) }
        held = nil
        undeliverable += 1
    }
}
