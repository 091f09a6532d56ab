/// Somebody to tell, once, that a socket has become ready for something.
///
/// The socket's descriptor reports a change once, and any call on the socket takes that report away. So the watches are kept
/// with the socket, and each call on it looks at them.
struct ReadinessWatch: Sendable {
    enum Target {
        /// A poller, which knows the socket by a token.
        case poller(PollerCore, token: UInt64)
        /// A suspended task.
        case task(Suspension<Void, any Error>, Ticket)
    }

    let interest: PollEvents
    let target: Target

    /// Tells it. Never under a socket's lock; see `DeferredResumptions`.
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

extension SocketState {
    /// Asks the socket what it is ready for, and takes out the watches that wait for that.
    ///
    /// - Returns: nil when the socket could not be asked.
    mutating func reportReadiness(_ served: inout DeferredResumptions) -> PollEvents? {
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
        try use { state throws(ZMQError) in
            if interest.isEmpty, state.life.isInUse {
                // A blocking proxy has the socket, which cannot be asked for anything; its end is told all the same.
                state.removeWatch { $0.isOf(poller, token) }
                state.addWatch(ReadinessWatch(interest: [], target: .poller(poller, token: token)))
                return []
            }
            let socket = try state.open(for: "wait for a socket")
            let readiness = PollEvents(try socket.readiness()).intersection(interest)
            if readiness.isEmpty {
                state.removeWatch { $0.isOf(poller, token) }
                state.addWatch(ReadinessWatch(interest: interest, target: .poller(poller, token: token)))
            }
            return readiness
        }
    }

    /// Suspends until the socket is ready for one of the events, without taking anything from it; with no events, until
    /// it is closed.
    nonisolated(nonsending) func waitUntilReady(for interest: PollEvents) async throws {
        try origin.require("wait for a socket")
        let (ticket, _) = state.withLock { $0.drawTicket() }
        try await Suspension<Void, any Error>.wait { suspension in
            use { state in
                do throws(ZMQError) {
                    try state.requireOpen(for: "wait for a socket")
                    try watchAlways(&state)
                } catch {
                    return .failure(error)
                }
                state.addWatch(ReadinessWatch(interest: interest, target: .task(suspension, ticket)))
                if interest.isEmpty { state.processCommands() }
                return nil
            }
        } withdraw: {
            guard case .task(let suspension, _)? = state.withLock({ $0.removeWatch { $0.isOf(ticket) } })?.target else {
                return nil
            }
            return suspension
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
