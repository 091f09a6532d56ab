/// Passes messages between two sockets, as a broker, a forwarder or a streamer does.
///
/// ```swift
/// let clients = try Router(context)
/// try clients.bind("tcp://*:5559")
/// let workers = try Dealer(context)
/// try workers.bind("tcp://*:5560")
/// let proxy = Proxy(frontend: clients, backend: workers)
/// try await proxy.run()
/// ```
///
/// Between a ``Router`` and a ``Dealer`` it is a queue of requests. Between an ``XSubscriber`` and an ``XPublisher`` it is a
/// forwarder, through which subscriptions travel back. From a ``Pull`` to a ``Push`` it is a streamer. Any other two sockets
/// can be connected, too: sockets of different contexts, and even a socket with itself.
///
/// A message is not taken from one socket while the other, or the capture socket, has no room. So a slow receiver slows
/// the senders down through the proxy. Both directions are treated alike. ``pause()``, ``stop()`` and cancellation lose nothing: in each
/// direction one message may have been taken that could not be sent any more, and it is kept and sent first in the next
/// ``run()``. While the proxy runs, do not use the two sockets otherwise.
///
/// The C counterparts are `zmq_proxy` and `zmq_proxy_steerable`; this is neither, and works with every libzmq. For
/// `zmq_proxy` itself on a thread of the program's own, see
/// ``runBlocking(frontend:backend:capture:)``.
public final class Proxy: Sendable {
    private let executor: SocketExecutor
    private let origin = ProcessOrigin()
    private let forth: ProxyFlow
    /// Nil where messages pass one way only.
    private let back: ProxyFlow?
    private let ends: [ProxyFlow.End]
    private let control = Locked(Control())

    private struct Control {
        var isRunning = false
        var isStopped = false
        /// The run's task that waits for the stop.
        var sleeper: Suspension<Void, any Error>?
    }

    /// A proxy that passes messages both ways.
    ///
    /// - Parameters:
    ///   - frontend: mostly where clients or publishers are. Its context's executor runs the proxy.
    ///   - backend: mostly where workers or subscribers are. If it is the same socket, what comes is sent back.
    ///   - capture: gets a copy of each message that was passed on, either way: any socket that sends, such as a
    ///     ``Publisher``, which never holds the others up.
    public convenience init(
        frontend: some ReceivingSocket & SendingSocket, backend: some ReceivingSocket & SendingSocket,
        capture: (any SendingSocket)? = nil
    ) {
        self.init(frontend.handle, backend.handle, capture, isTwoWay: frontend.handle !== backend.handle)
    }

    /// A proxy that passes messages one way.
    ///
    /// - Parameters:
    ///   - source: where messages come from, such as a ``Pull`` or a ``Subscriber``. Its context's executor runs the
    ///     proxy. Its side of the ``statistics`` is the frontend.
    ///   - destination: where they go, such as a ``Push`` or a ``Publisher``: the backend in the statistics.
    ///   - capture: gets a copy of each message that was passed on.
    public convenience init(
        from source: some ReceivingSocket, to destination: some SendingSocket, capture: (any SendingSocket)? = nil
    ) {
        self.init(source.handle, destination.handle, capture, isTwoWay: false)
    }

    private init(_ frontend: SocketHandle, _ backend: SocketHandle, _ capture: (any SendingSocket)?, isTwoWay: Bool) {
        executor = frontend.core.context.executor
        let capture = capture.map { ProxyFlow.End(name: "capture", handle: $0.handle) }
        let frontend = ProxyFlow.End(name: "frontend", handle: frontend)
        let backend = ProxyFlow.End(name: "backend", handle: backend)
        ends = [frontend, backend] + (capture.map { [$0] } ?? [])
        forth = ProxyFlow(from: frontend, to: backend, capture: capture)
        back = isTwoWay ? ProxyFlow(from: backend, to: frontend, capture: capture) : nil
    }

    private var flows: [ProxyFlow] { [forth] + (back.map { [$0] } ?? []) }
}

// MARK: - Running

extension Proxy {
    /// Passes messages until the task is cancelled, ``stop()`` is called, or a context is shut down; none of these is an
    /// error. The sockets stay open, and it can be run again.
    ///
    /// It works on the executor of the frontend's context, whatever this task runs on.
    ///
    /// - Throws: ``ZMQError`` with `.closed` when one of the sockets is closed, `.wrongState` when it runs already, or
    ///   what made a socket fail; the operation names which socket.
    public nonisolated(nonsending) func run() async throws {
        guard try begin() else { return }
        defer {
            for flow in flows { flow.flush() }
            control.withLock { control in
                control.isRunning = false
                control.isStopped = false
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for flow in flows { group.addTask(executorPreference: executor) { try await flow.run() } }
            // A flow waits for one socket at a time; the others have peers to be served all the same, and the end of
            // one is the end of all.
            for end in ends { group.addTask(executorPreference: executor) { try await end.waitUntilClosed() } }
            group.addTask(executorPreference: executor) { [self] in try await waitForStop() }
            defer { group.cancelAll() }
            do {
                try await group.next()
            } catch is CancellationError {
                return
            } catch let error as ZMQError where error.code == .terminated {
                return
            }
        }
    }

    /// Ends ``run()``, or the next one at once if none is going on.
    ///
    /// It returns before the run does.
    public func stop() {
        let sleeper = control.withLock { control in
            control.isStopped = true
            defer { control.sleeper = nil }
            return control.sleeper
        }
        sleeper?.resume(.success(()))
    }

    /// Has no message taken from when this returns until ``resume()``. It may be called before ``run()``.
    ///
    /// Messages wait where they are, and what senders send beyond the high-water marks waits with them.
    public func pause() {
        for flow in flows { flow.pause() }
    }

    /// Goes on after ``pause()``.
    public func resume() {
        for flow in flows { flow.resume() }
    }

    /// What has passed since the proxy was made, in all its runs.
    public var statistics: ProxyStatistics {
        var statistics = ProxyStatistics()
        forth.report(to: &statistics, from: \.frontend, to: \.backend)
        back?.report(to: &statistics, from: \.backend, to: \.frontend)
        return statistics
    }

    /// Begins a run; false when it was stopped before it began.
    private func begin() throws(ZMQError) -> Bool {
        try origin.require("run a proxy")
        return try control.withLock { control throws(ZMQError) in
            guard !control.isRunning else {
                throw ZMQError(code: .wrongState, operation: "run a proxy", explanation: "it runs already")
            }
            control.isRunning = !control.isStopped
            control.isStopped = false
            return control.isRunning
        }
    }

    private nonisolated(nonsending) func waitForStop() async throws {
        try await Suspension<Void, any Error>.wait { suspension in
            control.withLock { control in
                guard !control.isStopped else { return .success(()) }
                control.sleeper = suspension
                return nil
            }
        } withdraw: {
            control.withLock { $0.sleeper.take() }
        }
    }
}
