// What the executor's thread does for a socket: serve those who wait when the descriptor is readable, and fail those whose
// deadline has passed.

extension SocketCore: ReadinessClient {
    /// How long the executor does not look at a socket that is in use without a task that waits for it.
    private static let pauseBetweenReports = Duration.milliseconds(100)

    /// The descriptor has become readable.
    func descriptorBecameReadable() {
        use { state in
            state.noteReadable()
            if !state.isAwaited {
                guard !state.isDescriptorHandedOut else { return stopWatching(&state) }
                state.processCommands()
            }
            guard state.registration.mode == .occasional else { return }
            if state.figures.operations == state.registration.operationsAtLastReport {
                reportAgain(&state)
            } else {
                state.registration.operationsAtLastReport = state.figures.operations
                setAlarm(for: .now + Self.pauseBetweenReports, &state)
            }
        }
    }

    /// Fails those whose deadline has come, and sets the alarm for the next.
    func expire(at now: Moment) {
        var resumptions = DeferredResumptions()
        state.withLock { state in
            state.registration.alarm = nil
            if state.registration.mode == .occasional { reportAgain(&state) }
            for receiver in state.receivers.removeOverdue(at: now) {
                resumptions.add(receiver, .failure(Self.timeout("receive")))
            }
            for sender in state.senders.removeOverdue(at: now) {
                resumptions.add(sender, .failure(Self.timeout("send")))
            }
            let next = [state.receivers.earliestDeadline, state.senders.earliestDeadline].compactMap(\.self).min()
            if let next { setAlarm(for: next, &state) }
        }
        resumptions.resume()
    }

    /// Has the executor call `expire(at:)` no later than at an instant.
    ///
    /// A socket has one alarm for all its deadlines, and the alarm is not taken back when a waiter is served: a program that
    /// waits a million times, each time with a timeout, sets a handful of alarms.
    func setAlarm(for deadline: Moment, _ state: inout SocketState) {
        guard state.registration.mode != .none, state.registration.alarm.map({ deadline < $0 }) ?? true else { return }
        state.registration.alarm = deadline
        context.executor.schedule(state.registration.token, at: deadline)
    }
}

// MARK: - Registration

extension SocketCore {
    /// Has the executor look after the socket, though no task waits for it.
    func watchOccasionally() throws(ZMQError) {
        try state.withLock { state throws(ZMQError) in
            guard state.registration.mode == .none, !state.life.isClosed else { return }
            let token = try context.executor.watch(self, descriptor: descriptor, once: true)
            state.registration = ExecutorRegistration(token: token, .occasional)
        }
    }

    /// Has the executor report every change, for a task that waits.
    func watchAlways(_ state: inout SocketState) throws(ZMQError) {
        switch state.registration.mode {
        case .always: return
        case .occasional:
            let token = state.registration.token
            try context.executor.watchAgain(token, descriptor: descriptor, once: false)
            let alarm = state.registration.alarm
            state.registration = ExecutorRegistration(token: token, .always)
            state.registration.alarm = alarm
        case .none:
            let token = try context.executor.watch(self, descriptor: descriptor)
            state.registration = ExecutorRegistration(token: token, .always)
        }
    }

    /// Has the executor leave the socket alone, as long as it exists.
    func stopWatching(_ state: inout SocketState) {
        if state.registration.mode != .none {
            context.executor.unwatch(state.registration.token, descriptor: descriptor)
        }
        state.registration = ExecutorRegistration()
    }

    /// Leaves the descriptor to the program, as soon as no task waits for the socket.
    func handOutDescriptor() {
        state.withLock { state in
            state.isDescriptorHandedOut = true
            if !state.isAwaited { stopWatching(&state) }
        }
    }

    private func reportAgain(_ state: inout SocketState) {
        do throws(ZMQError) {
            try context.executor.watchAgain(state.registration.token, descriptor: descriptor, once: true)
        } catch {
            // The kernel is out of memory. Whoever uses the socket looks after it, and the next to wait meets the error.
            stopWatching(&state)
        }
    }
}
