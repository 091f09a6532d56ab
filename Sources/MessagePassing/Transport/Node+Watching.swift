import SwiftZMQ
import SystemSupport

// What a rank does beside its program: it sends heartbeats, hears those of the others, and does what follows.
//
// Numbers of reductions are combined under the lock of the node's state, by closures of the program as well, which may take
// longer than three heartbeats. The threads that send and hear heartbeats never take that lock. A third one does.

extension Node {
    /// Tells all others that this rank lives, and in what it waits.
    func sendHeartbeat() {
        let heartbeat = Message(ControlMessage.heartbeat(announcements.withLock { $0 }).frames)
        for link in controlLinks { try? _ = link?.trySend(heartbeat) }
    }

    /// Notes which ranks are heard, and keeps what they tell of themselves for ``watch()``.
    func listen(_ control: Router) async {
        do {
            for try await message in control.messages {
                guard let name = message.first, let told = ControlMessage(message.dropFirst()) else { continue }
                if case .join(let entry) = told {
                    answer(entry, of: name, on: control)
                    continue
                }
                guard let source = RankName.rank(name), source < size, source != rank else { continue }
                let now = now
                let isFirst = detector.withLock { $0.heard(from: source, at: now) }
                if told != .heartbeat([]) { inbox.withLock { $0.append((source, told)) } }
                if isFirst || told != .heartbeat([]) { watcher.withLock { $0 }?.wakeUp() }
            }
        } catch {
            // Cancelled or closed: the end.
        }
    }

    /// Answers a process that asks to join when all have come together: one of them, to which the answer has not come, or
    /// another that was started as a rank that is there already.
    private func answer(_ entry: RosterEntry, of name: Frame, on control: Router) {
        let isMember = roster.indices.contains(entry.rank) && roster[entry.rank] == entry
        let answer: ControlMessage =
            isMember
            ? .roster(roster)
            : .refused("this world of \(size) has come together already, and nobody can join it any more")
        try? _ = control.trySend(Message(name, followedBy: answer.frames))
    }

    /// Takes in what other ranks have told, forgets communicators that nobody has any more, and looks who is silent and which
    /// operations take too long.
    func watch() {
        let told = inbox.withLock { inbox in
            defer { inbox = [] }
            return inbox
        }
        let released = released.withLock { released in
            defer { released = [] }
            return released
        }
        let now = now
        let (lost, unheard) = detector.withLock { ($0.look(at: now), $0.unheard) }
        let waiting = change { state, effects -> [CallAnnouncement] in
            for (source, message) in told { takeIn(message, from: source, &state, &effects) }
            for id in released { state.core.perform(&effects) { engine, _ in engine.release(id) } }
            state.gone.formUnion(lost)
            state.core.suspect(lost, &effects)
            if let ticket = state.joining, unheard.allSatisfy(state.gone.contains) {
                state.joining = nil
                effects.append(.end(ticket, .heard))
            }
            let instant = ContinuousClock.now
            for (ticket, deadline) in state.deadlines where deadline.instant <= instant {
                state.deadlines[ticket] = nil
                expire(ticket, deadline, &state, &effects)
            }
            return state.core.engine.announcements
        }
        announcements.withLock { $0 = waiting }
    }

    private func takeIn(
        _ told: ControlMessage, from source: Int, _ state: inout State, _ effects: inout [RankCore.Effect]
    ) {
        switch told {
        case .heartbeat(let announcements):
            for announcement in announcements {
                state.core.perform(&effects) { $0.compare(announcement, from: source, &$1) }
            }
        case .join, .roster, .refused: break
        case .membership(let message): state.core.receive(message, from: source, &effects)
        case .dying:
            state.gone.insert(source)
            state.core.suspect([source], &effects)
        case .finished(let count):
            state.gone.insert(source)
            state.core.perform(&effects) { $0.rankFinished(source, after: count, &$1) }
        }
    }

    /// Notes that a connection to a rank breaks.
    func follow(_ events: SocketEvents, to receiver: Int) async {
        var isMade = false
        for await event in events {
            switch event.kind {
            case .handshakeSucceeded: isMade = true
            case .disconnected where isMade:
                let now = now
                detector.withLock { $0.connectionBroke(to: receiver, at: now) }
                return
            default: break
            }
        }
    }

    private func expire(
        _ ticket: Engine.Ticket, _ deadline: Deadline, _ state: inout State, _ effects: inout [RankCore.Effect]
    ) {
        var error = MessagePassingError(.timedOut, "what was awaited did not come within \(deadline.timeout)")
        if state.finishing.contains(ticket) {
            let missing = (0..<size).filter { $0 != rank && !state.gone.contains($0) }
            error = MessagePassingError(
                .timedOut, ranks: missing,
                "\(MessagePassingError.list(missing)) did not finish within \(deadline.timeout)")
        }
        if state.joining == ticket {
            let missing = detector.withLock { $0.unheard }.filter { !state.gone.contains($0) }
            error = MessagePassingError(
                .notJoined, ranks: missing,
                "\(MessagePassingError.list(missing)) joined, and nothing was heard of \(missing.count == 1 ? "it" : "them") "
                    + "within \(deadline.timeout); does a firewall keep connections away from the ports at which ranks listen, "
                    + "which the system chooses?")
        }
        let reason = "timeout after \(deadline.timeout)"
        guard state.takeBack(ticket, in: deadline.communicator, because: reason, &effects) else { return }
        effects.append(.end(ticket, .failure(error)))
    }
}
