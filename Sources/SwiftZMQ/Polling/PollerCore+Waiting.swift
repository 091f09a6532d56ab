extension PollerCore {
    /// How many waits in a row may find something ready at once before the task yields to others.
    private static let waitsBetweenYields = 128

    nonisolated(nonsending) func wait(timeout: Duration?) async throws -> [Ready] {
        let mustYield = try begin(timeout)
        defer { state.withLock { $0.isBusy = false } }
        if mustYield { await executor.yield() }
        let deadline = timeout.map { Moment.now + $0 }
        while true {
            if Task.isCancelled { throw CancellationError() }
            let ready = try look()
            if !ready.isEmpty { return ready }
            if let deadline, deadline <= .now { return [] }
            try await sleep(until: deadline)
        }
    }

    /// The same on the calling thread.
    func waitBlocking(timeout: Duration?) throws(ZMQError) -> [Ready] {
        _ = try begin(timeout)
        defer { state.withLock { $0.isBusy = false } }
        let deadline = timeout.map { Moment.now + $0 }
        while true {
            var ready = try look()
            if !ready.isEmpty { return ready }
            let remaining = deadline.map { $0 - .now }
            if let remaining, remaining <= .zero { return [] }
            let mayWait = state.withLock { state in
                guard !state.mustLook else { return false }
                state.sleeper = .thread
                return true
            }
            guard mayWait else { continue }
            let reported = reports(timeout: remaining)
            state.withLock { $0.sleeper = nil }
            ready = try examine(reported)
            if !ready.isEmpty { return ready }
        }
    }

    /// Begins a wait, and says whether the task is to yield to others first.
    private func begin(_ timeout: Duration?) throws(ZMQError) -> Bool {
        try origin.require("wait for what is registered")
        return try state.withLock { state throws(ZMQError) in
            guard !state.isBusy else {
                throw ZMQError(
                    code: .wrongState, operation: "wait for what is registered",
                    explanation: "a poller serves one wait at a time: give each task a poller of its own")
            }
            guard !(state.items.isEmpty && timeout == nil) else {
                throw ZMQError(
                    code: .invalidArgument, operation: "wait for what is registered",
                    explanation: "nothing is, and there is no timeout")
            }
            state.isBusy = true
            state.waitsSinceYield += 1
            guard state.waitsSinceYield > Self.waitsBetweenYields else { return false }
            state.waitsSinceYield = 0
            return true
        }
    }

    /// What is ready now.
    private func look() throws(ZMQError) -> [Ready] {
        state.withLock { $0.hasWakeUp = false }
        return try examine(reports(timeout: .zero))
    }

    private func reports(timeout: Duration?) -> [Ready] {
        var reported: [Ready] = []
        let mayHaveMore = queue.wait(timeout: timeout) { reported.append(($0, $1)) }
        // What is left makes no edge, so that a wait that slept now would sleep on it.
        if mayHaveMore { state.withLock { $0.hasWakeUp = true } }
        return reported
    }

    private func examine(_ reported: [Ready]) throws(ZMQError) -> [Ready] {
        var ready: [Ready] = []
        let candidates: [(token: UInt64, item: Item)] = state.withLock { state in
            for (token, events) in reported {
                guard let item = state.items[token] else { continue }
                if item.handle != nil {
                    state.candidates.insert(token)
                } else {
                    let wanted = events.intersection(item.interest.union(.error))
                    if !wanted.isEmpty { ready.append((token, wanted)) }
                }
            }
            defer { state.candidates.removeAll(keepingCapacity: true) }
            return state.candidates.compactMap { token in state.items[token].map { (token, $0) } }
        }
        var remaining: [UInt64] = []
        // Whatever happens, none that may be ready is forgotten.
        defer { state.withLock { $0.candidates.formUnion(remaining) } }
        var failure: ZMQError?
        for (token, item) in candidates {
            guard let core = item.handle?.core else { continue }
            do throws(ZMQError) {
                let events = try core.readiness(for: item.interest, orTell: self, token: token)
                if !events.isEmpty {
                    ready.append((token, events))
                    remaining.append(token)
                } else if !isRegistered(token) {
                    // Removed between the look at the list and the watch, which nobody would take away.
                    disarm(item, token)
                }
            } catch {
                remaining.append(token)
                if isRegistered(token) { failure = item.failure(error) }
            }
        }
        if let failure { throw failure }
        return ready.sorted { $0.token < $1.token }
    }

    private func isRegistered(_ token: UInt64) -> Bool {
        state.withLock { $0.items[token] != nil }
    }

    private nonisolated(nonsending) func sleep(until deadline: Moment?) async throws {
        try await Suspension<Void, any Error>.wait { suspension in
            queueToSleep(suspension, until: deadline)
        } withdraw: {
            state.withLock { state in
                guard case .task(let suspension) = state.sleeper else { return nil }
                state.sleeper = nil
                return suspension
            }
        }
    }

    /// Leaves the suspension to those who wake, or says how it is over already.
    private func queueToSleep(
        _ suspension: Suspension<Void, any Error>, until deadline: Moment?
    ) -> Result<Void, any Error>? {
        state.withLock { state in
            guard !state.mustLook else { return .success(()) }
            do throws(ZMQError) {
                let token: UInt64
                if let known = state.executorToken {
                    token = known
                } else {
                    token = try executor.watch(self, descriptor: queue.descriptor)
                    state.executorToken = token
                }
                if let deadline, state.alarm.map({ deadline < $0 }) ?? true {
                    state.alarm = deadline
                    executor.schedule(token, at: deadline)
                }
            } catch {
                return .failure(error)
            }
            state.waitsSinceYield = 0
            state.sleeper = .task(suspension)
            return nil
        }
    }
}

extension PollerCore.State {
    /// Whether a wait must look before it sleeps.
    var mustLook: Bool { hasWakeUp || !candidates.isEmpty }
}
