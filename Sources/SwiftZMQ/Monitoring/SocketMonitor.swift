/// libzmq's monitor of one socket, and those who listen to it.
///
/// libzmq sends the events to one PAIR socket. They are taken from there at once, whether anybody reads them or not, as a
/// monitor that is not read would in the end stop the threads that carry all messages. For the same reason the receiving
/// end is closed only after libzmq has stopped: a PAIR socket that nobody is connected to blocks whoever sends.
final class SocketMonitor: Sendable {
    private let pair: Pair
    private let listeners = Locked(Listeners())

    fileprivate struct Listeners {
        var continuations: [UInt64: AsyncStream<SocketEvent>.Continuation] = [:]
        var lastNumber: UInt64 = 0
        var hasEnded = false
        /// The connections that were made since the socket is observed, and still stand.
        var connections = 0
    }

    /// The connections that were made since the socket is observed, and still stand.
    var connections: Int { listeners.withLock { $0.connections } }

    /// Has libzmq observe a socket, whose lock the caller holds.
    init(_ socket: RawSocket, of core: SocketCore) throws(ZMQError) {
        let context = core.context
        try DescriptorReserve.require(DescriptorReserve.forMonitor, for: "observe a socket")
        let endpoint = "inproc://swiftzmq.monitor.\(UInt64.random(in: 0 ... .max))"
        do {
            pair = try Pair(context) {
                // No limit: libzmq waits when there is no room, in the threads that carry all messages.
                $0.receiveHighWaterMark = nil
                $0.linger = .zero
            }
        } catch {
            throw (error as? ZMQError) ?? ZMQError(code: .invalidArgument, operation: "observe a socket")
        }
        try socket.startMonitor(endpoint, receiver: pair)
        Task.detached(executorPreference: context.executor) { [self] in await distribute(for: core) }
    }

    private func distribute(for core: SocketCore) async {
        var last = SocketEvent(.monitorStopped, address: "")
        do {
            for try await message in pair.messages {
                guard let event = SocketEvent(message) else { continue }
                if event.kind == .monitorStopped { break }
                let isStillAwaited = core.connections.withLock { connections in
                    connections.note(event)
                    return connections.areAwaited
                }
                // Outside the lock, since a listener's task that is resumed takes locks of the runtime's, under which a
                // listener that leaves would take this one.
                let present = listeners.withLock { listeners in
                    listeners.count(event)
                    return Array(listeners.continuations.values)
                }
                for listener in present { listener.yield(event) }
                if !isStillAwaited, isUnheard { core.stopUnheard(self) }
            }
        } catch let error as ZMQError {
            last = SocketEvent(.monitorFailed(error), address: "")
            core.stopFailed(self)
        } catch {
            // This task is nobody's to cancel.
        }
        let remaining = listeners.withLock { listeners in
            listeners.hasEnded = true
            defer { listeners.continuations.removeAll() }
            return Array(listeners.continuations.values)
        }
        for listener in remaining {
            listener.yield(last)
            listener.finish()
        }
        pair.close()
    }

    /// Adds a listener.
    ///
    /// - Returns: the number by which it leaves, or nil when there will be no more events.
    func add(_ listener: AsyncStream<SocketEvent>.Continuation) -> UInt64? {
        listeners.withLock { listeners in
            guard !listeners.hasEnded else { return nil }
            listeners.lastNumber += 1
            listeners.continuations[listeners.lastNumber] = listener
            return listeners.lastNumber
        }
    }

    /// Removes a listener, and says whether nobody is left.
    func remove(_ number: UInt64) -> Bool {
        // Handed out of the lock, under which nothing must be freed that runs code of its own.
        let (removed, isEmpty) = listeners.withLock { listeners in
            let removed = listeners.continuations.removeValue(forKey: number)
            return (removed, listeners.continuations.isEmpty && !listeners.hasEnded)
        }
        return removed != nil && isEmpty
    }

    /// Whether nobody listens.
    var isUnheard: Bool { listeners.withLock { $0.continuations.isEmpty } }

    /// Ends without a last event.
    func end() {
        pair.close()
    }
}

extension SocketMonitor.Listeners {
    fileprivate mutating func count(_ event: SocketEvent) {
        switch event.kind {
        case .accepted, .connected: connections += 1
        // One that was made before the socket was observed is not among them.
        case .disconnected: connections = max(connections - 1, 0)
        default: break
        }
    }
}

extension SocketCore {
    /// The socket's events from now on.
    func makeEventStream() -> AsyncStream<SocketEvent> {
        let (stream, listener) = AsyncStream<SocketEvent>.makeStream(bufferingPolicy: .unbounded)
        do throws(ZMQError) {
            try origin.require("observe a socket")
            try state.withLock { state throws(ZMQError) in
                let socket = try state.open(for: "observe a socket")
                if let monitor = state.monitor, let number = monitor.add(listener) {
                    leaveAtEnd(listener, monitor, number)
                    return
                }
                // libzmq tells of the end of a socket that is being closed to who awaits it.
                guard state.end == nil else { throw ZMQError(code: .closed, operation: "observe a socket") }
                let monitor = try SocketMonitor(socket, of: self)
                state.monitor = monitor
                connections.withLock { $0.beginObserving() }
                if let number = monitor.add(listener) { leaveAtEnd(listener, monitor, number) }
            }
        } catch {
            let isClosed = error.code == .closed || error.code == .terminated
            listener.yield(SocketEvent(isClosed ? .monitorStopped : .monitorFailed(error), address: ""))
            listener.finish()
        }
        return stream
    }

    private func leaveAtEnd(
        _ listener: AsyncStream<SocketEvent>.Continuation, _ monitor: SocketMonitor, _ number: UInt64
    ) {
        listener.onTermination = { [self] _ in
            guard monitor.remove(number) else { return }
            // Elsewhere, as this may run while a task is being cancelled, with locks of the runtime's held under which the
            // socket's must not be asked for.
            Task.detached { [self] in stopUnheard(monitor) }
        }
    }

    /// Ends a monitor that nobody listens to and that no connection is awaited by.
    func stopUnheard(_ monitor: SocketMonitor) {
        guard origin.isThisProcess else { return }
        let isStopped = state.withLock { state in
            guard state.monitor === monitor, monitor.isUnheard, let socket = state.socket else { return false }
            guard connections.withLock({ !$0.areAwaited }) else { return false }
            socket.stopMonitor()
            state.monitor = nil
            connections.withLock { $0.stopObserving() }
            return true
        }
        if isStopped { monitor.end() }
    }

    /// The same when a connection that was awaited is not any more.
    func stopUnheardMonitor() {
        if let monitor = state.withLock({ $0.monitor }) { stopUnheard(monitor) }
    }

    /// Ends a monitor whose events could not be received.
    fileprivate func stopFailed(_ monitor: SocketMonitor) {
        state.withLock { state in
            guard state.monitor === monitor, let socket = state.socket else { return }
            socket.stopMonitor()
            state.monitor = nil
            connections.withLock { $0.stopObserving() }
        }
    }
}

extension SocketCore {
    /// Why a socket could not be bound; nil where it cannot be found out.
    ///
    /// Of a socket that is observed libzmq tells the reason to the observers first, and that can overwrite the error
    /// number with one that no `bind` has. A socket that nobody observes fails for the same reason and tells it.
    func reasonNotToBind(_ endpoint: String, _ observed: RawSocket) -> ZMQError? {
        do throws(ZMQError) {
            let names = SocketOptionNames<Pair>()
            let probe = try context.makeSocket(kind)
            defer { probe.close() }
            try probe.set(names.linger, to: .zero)
            try probe.set(names.usesIPv6, to: observed.get(names.usesIPv6))
            try probe.set(names.boundDevice, to: observed.get(names.boundDevice))
            try probe.bind(endpoint)
            return nil
        } catch {
            return error.operation == "bind" ? error : nil
        }
    }
}
