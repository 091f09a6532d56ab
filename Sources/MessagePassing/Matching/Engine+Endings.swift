// How operations end that are not completed: by a decision of all, by the end of the ranks that they wait for, by a timeout.

extension Engine {
    // MARK: Decisions

    /// Does what all have decided.
    mutating func apply(_ decision: Knowledge, _ effects: inout [Effect]) {
        decisions.append(decision)
        for state in communicators.values where state.fate == nil {
            if let error = state.error(in: decision) { close(state, error, &effects) }
        }
        for (id, shrinking) in decision.shrinkings where shrinking.isComplete(decision) {
            guard let waiting = self.shrinking.removeValue(forKey: id) else { continue }
            makeCommunicator(id, shrinking.survivors(decision), &effects)
            effects.append(.end(waiting.ticket, .communicator(id)))
        }
    }

    /// The others go on without this rank.
    mutating func exclude(_ effects: inout [Effect]) { endAll(.excluded, &effects) }

    /// This rank takes part in nothing any more.
    mutating func finish(_ effects: inout [Effect]) {
        endAll(.finished, &effects)
        effects.append(.report(Knowledge(finished: [rank])))
    }

    /// This rank cannot go on, for a reason of its own. The others are told that it is dead.
    mutating func fail(_ error: MessagePassingError, _ effects: inout [Effect]) {
        guard end == nil else { return }
        endAll(error, &effects)
        effects.append(.report(Knowledge(failed: [rank])))
    }

    private mutating func endAll(_ error: MessagePassingError, _ effects: inout [Effect]) {
        guard end == nil else { return }
        end = error
        for state in communicators.values { close(state, error, &effects) }
        for waiting in shrinking.values { effects.append(.end(waiting.ticket, .failure(error))) }
        shrinking = [:]
        orphans = [:]
    }

    private func close(_ state: CommunicatorState, _ error: MessagePassingError, _ effects: inout [Effect]) {
        state.fate = state.fate ?? error
        for ticket in state.mailbox.cancelAll() { effects.append(.end(ticket, .failure(error))) }
        if let ticket = state.running?.ticket { effects.append(.end(ticket, .failure(error))) }
        state.running = nil
        state.early = [:]
    }

    // MARK: Communicators

    /// Makes a communicator of ranks of the world, this one among them. It begins as what has been decided leaves it.
    mutating func makeCommunicator(_ id: UInt64, _ members: [Int], _ effects: inout [Effect]) {
        guard communicators[id] == nil else { return }
        let state = CommunicatorState(id: id, members: members, worldRank: rank)
        state.fate = decisions.lazy.compactMap { state.error(in: $0) }.first
        communicators[id] = state
        for message in orphans.removeValue(forKey: id) ?? [] {
            // It was counted when it came.
            receivedCounts[message.source] -= 1
            arrived(message.header, message.frames, from: message.source, &effects)
        }
    }

    /// Forgets a communicator that the program has no value of any more. What still comes on it is dropped.
    mutating func release(_ id: UInt64) {
        if communicators.removeValue(forKey: id) != nil { released.insert(id) }
    }

    /// Asks for a communicator of the survivors of one.
    mutating func shrink(_ id: UInt64, as ticket: Ticket, _ effects: inout [Effect]) {
        guard end == nil, let state = communicators[id] else {
            effects.append(.end(ticket, .failure(end ?? .finished)))
            return
        }
        state.shrinkCount += 1
        let new = CommunicatorID.survivors(of: id, time: state.shrinkCount)
        shrinking[new] = (ticket, id)
        let call = Knowledge.Shrinking(members: state.members, called: [rank])
        effects.append(.report(Knowledge(shrinkings: [new: call])))
    }

    /// This rank will not be in a part of a communicator that others may have made already.
    func abandonPart(_ id: UInt64, because reason: String, _ effects: inout [Effect]) {
        effects.append(.report(Knowledge(troubles: [id: Trouble(sequence: 0, abandoned: [rank: reason])])))
    }

    // MARK: Giving up

    /// Takes back an operation that waits; false if it has ended already.
    ///
    /// - Parameter reason: what the other ranks are told that take part in it.
    mutating func cancel(_ ticket: Ticket, in id: UInt64, because reason: String, _ effects: inout [Effect]) -> Bool {
        if let (new, _) = shrinking.first(where: { $0.value.ticket == ticket }) {
            shrinking[new] = nil
            abandonPart(new, because: reason, &effects)
            return true
        }
        guard let state = communicators[id] else { return false }
        if state.mailbox.cancel(ticket) { return true }
        guard let running = state.running, running.ticket == ticket else { return false }
        state.running = nil
        let trouble = Trouble(
            sequence: running.sequence, calls: [rank: running.call], abandoned: [rank: reason])
        effects.append(.report(Knowledge(troubles: [id: trouble])))
        return true
    }

    /// Notes a collective operation that this rank has called and cannot take part in.
    func abandon(_ call: CollectiveCall, in id: UInt64, because reason: String, _ effects: inout [Effect]) {
        guard let state = communicators[id], state.fate == nil, state.running == nil else { return }
        let trouble = Trouble(sequence: state.note(call), calls: [rank: call], abandoned: [rank: reason])
        effects.append(.report(Knowledge(troubles: [id: trouble])))
    }

    /// Tells all that ranks have called different operations.
    func reportMismatch(
        in state: CommunicatorState, _ sequence: UInt64, _ call: CollectiveCall, of source: Int,
        _ effects: inout [Effect]
    ) {
        var trouble = Trouble(sequence: sequence, calls: [state.members[source]: call])
        if let own = state.call(sequence) { trouble.calls[rank] = own }
        state.isTroubled = true
        effects.append(.report(Knowledge(troubles: [state.id: trouble])))
    }

    // MARK: Waits that no message ends

    /// The collective operations that this rank waits in, for the others to compare with theirs: where each waits for the
    /// other in an operation of its own, no message would tell.
    var announcements: [CallAnnouncement] {
        communicators.values.compactMap { state in
            guard state.fate == nil, let running = state.running else { return nil }
            return CallAnnouncement(communicator: state.id, sequence: running.sequence, call: running.call)
        }
    }

    /// Compares what another rank waits in with what this one called.
    func compare(_ announcement: CallAnnouncement, from source: Int, _ effects: inout [Effect]) {
        guard end == nil, let state = communicators[announcement.communicator], state.fate == nil,
            let member = state.rank(ofWorld: source), let own = state.call(announcement.sequence),
            own != announcement.call
        else { return }
        reportMismatch(in: state, announcement.sequence, announcement.call, of: member, &effects)
    }

    // MARK: Ranks that have finished

    /// A rank of the world has finished, after it has sent so many messages here.
    mutating func rankFinished(_ source: Int, after count: Int, _ effects: inout [Effect]) {
        guard finalCounts.indices.contains(source) else { return }
        finalCounts[source] = count
        endWhatNobodySends(&effects)
    }

    /// Ends what waits for ranks that have finished and all of whose messages have come.
    mutating func endWhatNobodySends(_ effects: inout [Effect]) {
        for state in communicators.values where state.fate == nil { endWhatNobodySends(to: state, &effects) }
    }

    /// The same for a communicator.
    mutating func endWhatNobodySends(to state: CommunicatorState, _ effects: inout [Effect]) {
        guard finalCounts.contains(where: { $0 != nil }) else { return }
        for source in [nil] + state.members.indices.map({ Int?.some($0) }) {
            guard let error = silence(of: source, in: state) else { continue }
            for ticket in state.mailbox.cancelAll(where: { $0 == source }) {
                effects.append(.end(ticket, .failure(error)))
            }
        }
        guard let running = state.running,
            let awaited = running.run.awaited.first(where: { isSilent(state.members[$0]) })
        else { return }
        // All that take part get the same error, by a decision.
        let trouble = Trouble(
            sequence: running.sequence, calls: [rank: running.call],
            abandoned: [state.members[awaited]: "it finished without calling it"])
        effects.append(.report(Knowledge(troubles: [state.id: trouble])))
    }

    /// Why no message can come any more of a rank of a communicator, or, with nil, of any; nil if one can.
    func silence(of source: Int?, in state: CommunicatorState) -> MessagePassingError? {
        if let source { return isSilent(state.members[source]) ? finishedError([source]) : nil }
        // This rank may still send to itself, from another task.
        let others = state.members.indices.filter { $0 != state.rank }
        guard !others.isEmpty, others.allSatisfy({ isSilent(state.members[$0]) }) else { return nil }
        return finishedError(others)
    }

    /// What a wait ends with that only these ranks could have fulfilled.
    private func finishedError(_ ranks: [Int]) -> MessagePassingError {
        MessagePassingError(
            .rankFinished, ranks: ranks,
            "\(MessagePassingError.list(ranks)) finished without sending what is awaited here")
    }

    private func isSilent(_ worldRank: Int) -> Bool {
        finalCounts[worldRank].map { receivedCounts[worldRank] >= $0 } ?? false
    }
}
