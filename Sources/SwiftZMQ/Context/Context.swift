import CZMQ

/// What a set of sockets shares: libzmq's input/output threads, the `inproc` endpoints, and a common end.
///
/// A program needs one. It may be used from any thread and any task. Sockets keep it alive; when the last of them and
/// the last reference are gone, it is freed in the background, after what was sent has left or its linger period is
/// over.
///
/// A child of `fork` cannot use the contexts and sockets it inherited, as libzmq's threads are its parent's alone: each
/// use of one throws ``ZMQError`` with `.wrongState`, and their end leaves the parent's alone. It makes a context of its
/// own.
///
/// The C counterpart is `zmq_ctx_new`.
public final class Context: Sendable {
    /// The thread that waits for this context's sockets; a task that prefers it resumes without a change of threads.
    public let executor: SocketExecutor
    /// Whether a closed socket lingers unless it is told otherwise.
    let lingers: Bool
    private let raw: RawContext
    private let origin = ProcessOrigin()
    private let state = Locked(State())

    private struct State {
        var sockets: [ObjectIdentifier: SocketCore] = [:]
        var phase = Phase.open
        /// Whether libzmq has started its threads, as it does for the first socket.
        var hasThreads = false
        var waiting: [Suspension<Void, Never>] = []
    }

    private enum Phase { case open, ending, ended }

    /// Makes a context.
    ///
    /// - Parameters:
    ///   - ioThreads: the threads that read and write connections; one for each gigabyte a second is the rule of thumb.
    ///     Default 1, at most 1024 (`ZMQ_IO_THREADS`).
    ///   - maxSockets: the sockets that can be open at once. Default 1023 (`ZMQ_MAX_SOCKETS`). Each takes at least one
    ///     descriptor of the process.
    ///   - executor: the thread that waits for this context's sockets; nil, the default, for ``SocketExecutor/shared``.
    ///   - configure: sets the other options, such as `{ $0.usesIPv6 = true }`.
    /// - Throws: ``ZMQError`` with `.invalidArgument` for values out of range; with `.tooManySockets`, or another of the
    ///   system's error numbers, when the process has no descriptors or threads left for the shared executor. That it has
    ///   none for the context shows with the first socket, which throws `.tooManySockets`.
    public init(
        ioThreads: Int = 1, maxSockets: Int = 1023, executor: SocketExecutor? = nil,
        configure: (inout ContextOptions) -> Void = { _ in }
    ) throws(ZMQError) {
        var options = ContextOptions(ioThreads: ioThreads, maxSockets: maxSockets)
        configure(&options)
        self.executor = try .orShared(executor)
        lingers = options.isBlocky
        raw = try RawContext()
        try options.apply(to: raw)
    }

    deinit {
        // What a forked child inherited is its parent's.
        guard origin.isThisProcess else { return }
        // No socket is left, as each keeps its context; but what they sent may still be on its way.
        let needsTermination = state.withLock { $0.phase == .open }
        if needsTermination { Self.terminateInBackground(raw) {} }
    }

    /// Closes every socket and waits until what was sent has left or its linger period is over.
    ///
    /// Whoever waits for one of the sockets, and whoever uses one from now on, gets a ``ZMQError`` with `.terminated`;
    /// `messages` sequences end. Safe to call from several tasks and more than once: all return when the context has
    /// ended. It takes no longer than the longest linger period of its sockets, those closed before included; with a
    /// ``SocketOptionNames/linger`` of nil it waits until peers have taken everything, and for ever if none does. In a
    /// forked child, which must not touch what it inherited, it does nothing.
    ///
    /// The C counterparts are `zmq_ctx_shutdown` and `zmq_ctx_term`.
    public nonisolated(nonsending) func shutdown() async {
        guard origin.isThisProcess else { return }
        let sockets: [SocketCore]? = state.withLock { state in
            guard state.phase == .open else { return nil }
            state.phase = .ending
            return Array(state.sockets.values)
        }
        if let sockets {
            do {
                try raw.shutdown()
            } catch {
                preconditionFailure("a context that is open cannot be shut down: \(error)")
            }
            for socket in sockets { socket.close(because: .terminated) }
            Self.terminateInBackground(raw) { [self] in
                let waiting = state.withLock { state in
                    state.phase = .ended
                    defer { state.waiting.removeAll() }
                    return state.waiting
                }
                for suspension in waiting { suspension.resume() }
            }
        }
        await Suspension.suspend { suspension in
            let hasEnded = state.withLock { state in
                if state.phase != .ended { state.waiting.append(suspension) }
                return state.phase == .ended
            }
            if hasEnded { suspension.resume() }
        }
    }

    /// `zmq_ctx_term` blocks while sockets linger, so it has a thread to itself.
    private static func terminateInBackground(_ raw: RawContext, whenDone: @escaping @Sendable () -> Void) {
        do {
            try DetachedThread.start(name: "zmq-linger") {
                do {
                    try raw.terminate()
                } catch {
                    preconditionFailure("a context cannot be terminated: \(error)")
                }
                whenDone()
            }
        } catch {
            // Out of threads: the context stays allocated, and nobody waits for it.
            whenDone()
        }
    }
}

// MARK: - For sockets

extension Context {
    func makeSocket(_ kind: SocketKind) throws(ZMQError) -> RawSocket {
        try origin.require("create a \(kind.name) socket")
        // Within the lock, as a context that has ended must not be touched any more.
        return try state.withLock { state throws(ZMQError) in
            guard state.phase == .open else {
                throw ZMQError(code: .terminated, operation: "create a \(kind.name) socket")
            }
            if !state.hasThreads {
                let threads = Int(try raw.get(ZMQ_IO_THREADS, name: "ioThreads"))
                try DescriptorReserve.require(
                    DescriptorReserve.forFirstSocket(ioThreads: threads), for: "create a \(kind.name) socket")
            }
            let socket = try raw.makeSocket(kind.number, name: kind.name)
            state.hasThreads = true
            return socket
        }
    }

    /// Uses the context while it is open.
    func withOpen<Result>(
        _ operation: String, _ body: (RawContext) throws(ZMQError) -> Result
    ) throws(ZMQError) -> Result {
        try origin.require(operation)
        return try state.withLock { state throws(ZMQError) in
            guard state.phase == .open else { throw ZMQError(code: .terminated, operation: operation) }
            return try body(raw)
        }
    }

    /// Remembers a socket, so that a shutdown closes it.
    func register(_ core: SocketCore) throws(ZMQError) {
        try state.withLock { state throws(ZMQError) in
            guard state.phase == .open else {
                throw ZMQError(code: .terminated, operation: "create a \(core.kind.name) socket")
            }
            state.sockets[ObjectIdentifier(core)] = core
        }
    }

    func forget(_ core: SocketCore) {
        state.withLock { _ = $0.sockets.removeValue(forKey: ObjectIdentifier(core)) }
    }
}
