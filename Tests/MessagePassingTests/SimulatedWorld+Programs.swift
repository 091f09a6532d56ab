import SwiftZMQ

@testable import MessagePassing

// What the simulated ranks do, and what they do when something goes wrong.

extension SimulatedWorld {
    /// The action that a rank is in or comes to next, as a collective operation of its communicator; nil for another.
    private func operation(of rank: Int) -> Operation? {
        let program = programs[rank]
        guard program.next < program.actions.count, case .collective(let operation) = program.actions[program.next],
            let state = cores[rank].engine.state(of: program.communicator)
        else { return nil }
        return operation.fitted(state.size)
    }

    /// Goes on with the next action.
    mutating func proceed(_ rank: Int) {
        let program = programs[rank]
        guard let state = cores[rank].engine.state(of: program.communicator) else { return }
        programs[rank].members[program.communicator] = state.members
        guard program.next < program.actions.count else {
            finish(rank)
            return
        }
        let ticket = cores[rank].makeTicket()
        programs[rank].ticket = ticket
        programs[rank].sequence = state.sequence + 1
        guard let operation = operation(of: rank) else {
            passOn(rank, state, ticket)
            return
        }
        let place = Place(rank: state.rank, size: state.size)
        change(rank) { core, effects in
            core.perform(&effects) {
                _ = $0.begin(
                    operation.call, operation.schedule(place).schedule, operation.blocks(place),
                    in: program.communicator, as: ticket, &$1)
            }
        }
    }

    /// A round of a ring.
    private mutating func passOn(_ rank: Int, _ state: CommunicatorState, _ ticket: Engine.Ticket) {
        let (own, size, id) = (state.rank, state.size, state.id)
        change(rank) { core, effects in
            core.perform(&effects) { engine, effects in
                do throws(MessagePassingError) {
                    try engine.send(Frame("of \(own)"), .encoded, to: (own + 1) % size, tag: 0, in: id, &effects)
                    let pattern = MessagePattern(source: (own + size - 1) % size, tag: 0)
                    engine.receive(pattern, in: id, as: ticket, &effects)
                } catch {
                    effects.append(.end(ticket, .failure(error)))
                }
            }
        }
    }

    /// Takes in how an operation has ended.
    mutating func ended(_ rank: Int, _ ticket: Engine.Ticket, _ outcome: Engine.Outcome) {
        guard ticket == programs[rank].ticket else { return }
        programs[rank].ticket = 0
        let id = programs[rank].communicator
        switch outcome {
        case .blocks(let blocks):
            guard let state = cores[rank].engine.state(of: id), let operation = operation(of: rank) else { return }
            if !operation.isRight(blocks, Place(rank: state.rank, size: state.size)) {
                wrongResults.append("\(operation.testDescription) on rank \(rank)")
            }
            if operation.kind == .split { enterPart(rank, of: state) }
            programs[rank].next += 1
            proceed(rank)
        case .message(let message):
            guard let state = cores[rank].engine.state(of: id) else { return }
            let before = (state.rank + state.size - 1) % state.size
            if message.frame != Frame("of \(before)") { wrongResults.append("a ring on rank \(rank)") }
            programs[rank].next += 1
            proceed(rank)
        case .communicator(let new):
            programs[rank].isShrinking = false
            programs[rank].home = new
            programs[rank].communicator = new
            // All begin anew, as some may have done more than others; but not with what they do not agree on.
            let isAgreed = programs[rank].errors[id]?.code != .mismatch
            programs[rank].next = isAgreed ? 0 : programs[rank].actions.count - 1
            proceed(rank)
        case .failure(let error):
            guard error.code != .finished else { return }
            programs[rank].errors[id] = error
            guard error.code != .excluded else { return }
            shrink(rank)
        case .heard, .finished, .cancelled: break
        }
    }

    /// Has a rank give up the collective operation that it waits in, as at the end of its time.
    mutating func giveUp(_ rank: Int) {
        let (ticket, id) = (programs[rank].ticket, programs[rank].communicator)
        guard lives[rank] == .running, !programs[rank].isFinished, !programs[rank].isShrinking,
            operation(of: rank) != nil
        else { return }
        var isTakenBack = false
        change(rank) { core, effects in
            isTakenBack = core.perform(&effects) { $0.cancel(ticket, in: id, because: "timeout", &$1) }
        }
        if isTakenBack { shrink(rank) }
    }

    /// What a rank does after an error.
    private mutating func shrink(_ rank: Int) {
        abandonPart(rank)
        programs[rank].isShrinking = true
        let ticket = cores[rank].makeTicket()
        programs[rank].ticket = ticket
        let home = programs[rank].home
        change(rank) { core, effects in core.perform(&effects) { $0.shrink(home, as: ticket, &$1) } }
    }

    private mutating func finish(_ rank: Int) {
        programs[rank].isFinished = true
        for other in 0..<size where other != rank {
            put(.finished(cores[rank].engine.sentCounts[other]), from: rank, to: other, isData: false)
        }
        change(rank) { core, effects in core.perform(&effects) { $0.finish(&$1) } }
    }
}

// MARK: Parts

extension SimulatedWorld {
    /// The part of a communicator that a rank comes into by the split that it has begun.
    private func part(of state: CommunicatorState, _ rank: Int) -> UInt64 {
        CommunicatorID.part(of: state.id, sequence: programs[rank].sequence, color: state.rank % 2)
    }

    private mutating func enterPart(_ rank: Int, of state: CommunicatorState) {
        let part = part(of: state, rank)
        let members = state.members.indices.filter { $0 % 2 == state.rank % 2 }.map { state.members[$0] }
        change(rank) { core, effects in core.perform(&effects) { $0.makeCommunicator(part, members, &$1) } }
        programs[rank].communicator = part
    }

    /// Tells that a rank will not be in its part, where others may have made that already.
    private mutating func abandonPart(_ rank: Int) {
        guard !programs[rank].isShrinking, operation(of: rank)?.kind == .split,
            let state = cores[rank].engine.state(of: programs[rank].communicator),
            state.sequence >= programs[rank].sequence
        else { return }
        let part = part(of: state, rank)
        change(rank) { core, effects in
            core.perform(&effects) { $0.abandonPart(part, because: "split failed", &$1) }
        }
    }
}
