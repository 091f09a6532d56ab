/// Somebody to tell, once, that a socket has become ready for something.
///
/// Any use of a socket, by whomever, consumes the news that its descriptor would give. So a watch lies with the socket,
/// and each use looks at it.
struct ReadinessWatch: Sendable {
    enum Target {
        /// A poller, which knows the socket by a token.
        case poller(PollerCore, token: UInt64)
        /// A suspended task.
        case task(Suspension<Void, any Error>, Ticket)
    }

    let interest: PollEvents
    let target: Target

    /// Tells it. Never under a socket's lock; see `ServedWaiters`.
    func report(_ result: Result<Void, any Error>) {
        switch target {
        case .poller(let poller, let token): poller.lookAt(token)
        case .task(let suspension, _): suspension.resume(result)
        }
    }

    func isOf(_ poller: PollerCore, _ token: UInt64) -> Bool {
        guard case .poller(let other, let otherToken) = target else { return false }
        return other === poller && otherToken == token
    }

    func isOf(_ ticket: Ticket) -> Bool {
        guard case .task(_, ticket) = target else { return false }
        return true
    }
}

extension SocketCore.State {
    /// Asks the socket what it is ready for, and takes out the watches that this is news for.
    ///
    /// - Returns: nil when the socket could not be asked.
    mutating func reportReadiness(_ served: inout ServedWaiters) -> PollEvents? {
        guard let watching = watches, let socket else { return nil }
        guard let readiness = try? PollEvents(socket.readiness()) else {
            // Whoever watches meets the error when it looks.
            watches = nil
            for watch in watching { served.add(watch) }
            return nil
        }
        let remaining = watching.filter { $0.interest.isDisjoint(with: readiness) }
        for watch in watching where !watch.interest.isDisjoint(with: readiness) { served.add(watch) }
        watches = remaining.isEmpty ? nil : remaining
        return readiness
    }

    /// Has libzmq do what its peers' connections ask of the socket, such as sending subscriptions to a new publisher,
    /// though nobody uses the socket at present.
    mutating func attend() {
        // Whoever uses it next meets the error.
        _ = try? socket?.readiness()
    }

    mutating func addWatch(_ watch: ReadinessWatch) {
        if watch.interest.isEmpty {
            endWatches.append(watch)
        } else {
            watches = (watches ?? []) + [watch]
        }
    }

    /// Removes a watch; nil when it has been told already.
    @discardableResult
    mutating func removeWatch(where picked: (ReadinessWatch) -> Bool) -> ReadinessWatch? {
        if let index = endWatches.firstIndex(where: picked) { return endWatches.remove(at: index) }
        guard var watching = watches, let index = watching.firstIndex(where: picked) else { return nil }
        let removed = watching.remove(at: index)
        watches = watching.isEmpty ? nil : watching
        return removed
    }
}

extension SocketCore {
    /// What the socket is ready for.
    func readiness() throws(ZMQError) -> PollEvents {
        try withSocket("get the readiness", attaches: false) { socket throws(ZMQError) in
            PollEvents(try socket.readiness())
        }
    }

    /// What the socket is ready for among what a poller is interested in. If that is nothing, the poller is told as soon
    /// as it is something.
    func readiness(for interest: PollEvents, orTell poller: PollerCore, token: UInt64) throws(ZMQError) -> PollEvents {
        try withState { state, served throws(ZMQError) in
            let socket = try state.open(for: "wait for a socket")
            let readiness = PollEvents(try socket.readiness()).intersection(interest)
            if readiness.isEmpty {
                state.removeWatch { $0.isOf(poller, token) }
                state.addWatch(ReadinessWatch(interest: interest, target: .poller(poller, token: token)))
            }
            // The question consumed the news of those who wait.
            if !(state.receivers.isEmpty && state.senders.isEmpty) { state.serveWaiters(kind, &served) }
            return readiness
        }
    }

    /// Suspends until the socket is ready for one of the events, without taking anything from it; with no events, until
    /// it is closed.
    nonisolated(nonsending) func waitUntilReady(for interest: PollEvents) async throws {
        try origin.require("wait for a socket")
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return Ticket(number: state.lastTicket)
        }
        try await withTaskCancellationHandler {
            try await Suspension.suspend { suspension in
                let refusal: (any Error)? = withState { state, served in
                    // See `queueToReceive`.
                    if Task.isCancelled { return CancellationError() }
                    do throws(ZMQError) {
                        try state.requireOpen(for: "wait for a socket")
                        try watch(&state)
                    } catch {
                        return error
                    }
                    state.addWatch(ReadinessWatch(interest: interest, target: .task(suspension, ticket)))
                    state.serveWaiters(kind, &served)
                    if interest.isEmpty { state.attend() }
                    return nil
                }
                if let refusal { suspension.resume(.failure(refusal)) }
            }
        } onCancel: {
            let watch = state.withLock { state in state.removeWatch { $0.isOf(ticket) } }
            watch?.report(.failure(CancellationError()))
        }
    }
}

extension PollEvents {
    init(_ readiness: (canReceive: Bool, canSend: Bool)) {
        self = readiness.canReceive ? .readable : []
        if readiness.canSend { insert(.writable) }
    }
}

extension Socket {
    /// What the socket is ready for now (`ZMQ_EVENTS`): whether a receive, and whether a send, would not wait.
    ///
    /// A ``Router`` says that it can send whether there is room or not, unless it is mandatory. To wait for readiness, use a ``Poller``.
    ///
    /// - Throws: ``ZMQError`` with `.closed` or `.terminated`.
    public var readiness: PollEvents {
        get throws(ZMQError) { try core.readiness() }
    }
}
