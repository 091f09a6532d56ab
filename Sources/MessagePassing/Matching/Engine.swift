import SwiftZMQ

/// What one rank does with its messages, without sockets and clocks: matches those that come with the operations that wait
/// for them, carries collective operations out, notices ranks that call different ones, and ends what cannot be completed.
///
/// Operations that wait are named by tickets. What is to be done comes out as effects, in order.
struct Engine {
    typealias Ticket = Mailbox.Ticket

    /// How an operation ends.
    enum Outcome: Sendable {
        case message(ReceivedMessage)
        case blocks(any BlockStore)
        /// A communicator of the survivors.
        case communicator(UInt64)
        /// All other ranks have been heard, or are dead.
        case heard
        /// All other ranks have finished, or are dead.
        case finished
        case failure(MessagePassingError)
        case cancelled
    }

    /// What is to be done.
    enum Effect: Sendable {
        /// A message to a rank of the world.
        case send(Header, [Frame], to: Int)
        case end(Ticket, Outcome)
        /// Something that all have to agree on.
        case report(Knowledge)
    }

    /// This process's rank in the world.
    let rank: Int
    let size: Int
    var communicators: [UInt64: CommunicatorState] = [:]
    /// Messages of communicators that this rank has not made yet.
    var orphans: [UInt64: [(header: Header, source: Int, frames: [Frame])]] = [:]
    /// The communicators that this rank had, and that its program has no value of any more.
    var released = ReleasedCommunicators()
    var decisions: [Knowledge] = []
    var shrinking: [UInt64: (ticket: Ticket, parent: UInt64)] = [:]
    /// Why nothing can be used any more.
    var end: MessagePassingError?

    /// How many messages were sent to and have come from each rank, over all communicators.
    private(set) var sentCounts: [Int]
    var receivedCounts: [Int]
    /// How many messages those have sent here that have finished.
    var finalCounts: [Int?]

    init(rank: Int, size: Int) {
        self.rank = rank
        self.size = size
        sentCounts = Array(repeating: 0, count: size)
        receivedCounts = sentCounts
        finalCounts = Array(repeating: nil, count: size)
        communicators[CommunicatorID.world] = CommunicatorState(
            id: CommunicatorID.world, members: Array(0..<size), worldRank: rank)
    }

    // MARK: Looking

    func state(of id: UInt64) -> CommunicatorState? { communicators[id] }

    /// Why a communicator cannot be used; nil if it can.
    func error(of id: UInt64) -> MessagePassingError? { end ?? communicators[id]?.fate }

    /// Adds to troubles what this rank called.
    func annotated(_ knowledge: Knowledge) -> Knowledge {
        var knowledge = knowledge
        for (id, trouble) in knowledge.troubles {
            guard let state = communicators[id], trouble.calls[rank] == nil,
                let call = state.call(trouble.sequence)
            else { continue }
            knowledge.troubles[id]?.calls[rank] = call
        }
        return knowledge
    }

    // MARK: Messages between two ranks

    /// Sends a message to a rank of a communicator.
    mutating func send(
        _ frame: Frame, _ type: ElementType, to receiver: Int, tag: Int, in id: UInt64, _ effects: inout [Effect]
    ) throws(MessagePassingError) {
        if let error = error(of: id) { throw error }
        guard let state = communicators[id], state.members.indices.contains(receiver) else {
            throw Self.noSuchRank(receiver, communicators[id]?.size ?? 0)
        }
        let header = Header(communicator: id, tag: Int32(clamping: tag), type)
        post(header, [frame], to: state.members[receiver], &effects)
    }

    /// Receives a message, or only looks for it; without one the ticket waits.
    mutating func receive(
        _ pattern: MessagePattern, isProbe: Bool = false, in id: UInt64, as ticket: Ticket, _ effects: inout [Effect]
    ) {
        if let error = error(of: id) {
            effects.append(.end(ticket, .failure(error)))
            return
        }
        guard let state = communicators[id] else {
            effects.append(.end(ticket, .failure(.finished)))
            return
        }
        if let source = pattern.source, !state.members.indices.contains(source) {
            effects.append(.end(ticket, .failure(Self.noSuchRank(source, state.size))))
            return
        }
        if let message = state.mailbox.post(pattern, as: ticket, isProbe: isProbe) {
            effects.append(.end(ticket, .message(message)))
        } else {
            endWhatNobodySends(to: state, &effects)
        }
    }

    /// The first message of a pattern that has come, which stays; nil if one may still come. What a receive would end with
    /// at once, this throws: whoever looks again and again would do so for ever.
    func look(for pattern: MessagePattern, in id: UInt64) throws(MessagePassingError) -> ReceivedMessage? {
        if let error = error(of: id) { throw error }
        guard let state = communicators[id] else { throw MessagePassingError.finished }
        if let source = pattern.source, !state.members.indices.contains(source) {
            throw Self.noSuchRank(source, state.size)
        }
        if let message = state.mailbox.first(of: pattern, removing: false) { return message }
        if let error = silence(of: pattern.source, in: state) { throw error }
        return nil
    }

    // MARK: Collective operations

    /// Begins a collective operation.
    ///
    /// - Returns: its number.
    @discardableResult
    mutating func begin(
        _ call: CollectiveCall, _ schedule: Schedule, _ blocks: any BlockStore, in id: UInt64, as ticket: Ticket,
        _ effects: inout [Effect]
    ) -> UInt64 {
        if let error = error(of: id) {
            effects.append(.end(ticket, .failure(error)))
            return 0
        }
        guard let state = communicators[id] else {
            effects.append(.end(ticket, .failure(.finished)))
            return 0
        }
        if let running = state.running?.call {
            let error = MessagePassingError(
                .busy, "\(call) while \(running) goes on; a communicator does one after the other, split() makes more")
            effects.append(.end(ticket, .failure(error)))
            return 0
        }
        let sequence = state.note(call)
        state.running = CommunicatorState.Running(
            ticket: ticket, sequence: sequence, call: call,
            run: CollectiveRun(rank: state.rank, schedule, blocks))
        advance(state, from: state.rank, &effects) { run throws(CollectiveRun.Misfit) in try run.start() }
        for message in state.takeEarly() {
            arrivedCollective(message.header, message.frames, from: message.source, in: state, &effects)
        }
        endWhatNobodySends(to: state, &effects)
        return sequence
    }

    // MARK: Arrivals

    /// Takes in a message of a rank of the world.
    mutating func arrived(_ header: Header, _ frames: [Frame], from source: Int, _ effects: inout [Effect]) {
        guard end == nil, finalCounts.indices.contains(source) else { return }
        receivedCounts[source] += 1
        if let state = communicators[header.communicator] {
            deliver(header, frames, from: source, to: state, &effects)
        } else if !released.contains(header.communicator) {
            orphans[header.communicator, default: []].append((header, source, frames))
        }
        if finalCounts[source] != nil { endWhatNobodySends(&effects) }
    }

    private mutating func deliver(
        _ header: Header, _ frames: [Frame], from source: Int, to state: CommunicatorState, _ effects: inout [Effect]
    ) {
        guard state.fate == nil, let member = state.rank(ofWorld: source) else { return }
        guard header.sequence == 0 else {
            arrivedCollective(header, frames, from: member, in: state, &effects)
            return
        }
        guard let frame = frames.first else { return }
        let message = ReceivedMessage(
            source: member, tag: Int(header.position),
            elementType: ElementType(rawValue: header.elementType) ?? .encoded,
            frame: frame)
        for ticket in state.mailbox.arrived(message) { effects.append(.end(ticket, .message(message))) }
    }

    private mutating func arrivedCollective(
        _ header: Header, _ frames: [Frame], from source: Int, in state: CommunicatorState, _ effects: inout [Effect]
    ) {
        guard state.fate == nil, let call = header.call else { return }
        guard header.sequence <= state.sequence else {
            let message = CommunicatorState.Early(header: header, source: source, frames: frames)
            state.early[header.sequence, default: []].append(message)
            return
        }
        guard state.call(header.sequence).map({ $0 == call }) ?? true else {
            reportMismatch(in: state, header.sequence, call, of: source, &effects)
            return
        }
        // One that comes after its operation belongs to one that this rank has given up.
        guard state.running?.sequence == header.sequence else { return }
        advance(state, from: source, &effects) { run throws(CollectiveRun.Misfit) in
            try run.receive(frames, from: source, round: Int(header.position))
        }
    }

    /// Lets the running operation take a step.
    private mutating func advance(
        _ state: CommunicatorState, from source: Int, _ effects: inout [Effect],
        _ step: (inout CollectiveRun) throws(CollectiveRun.Misfit) -> [CollectiveRun.Outgoing]
    ) {
        guard !state.isTroubled, let call = state.running?.call, let sequence = state.running?.sequence else { return }
        do throws(CollectiveRun.Misfit) {
            for message in try state.running?.perform(step) ?? [] {
                let header = Header(communicator: state.id, sequence: sequence, round: message.round, call)
                post(header, message.frames, to: state.members[message.peer], &effects)
            }
        } catch {
            reportMismatch(in: state, sequence, call, of: source, &effects)
            return
        }
        guard let running = state.running, running.run.isDone else { return }
        state.running = nil
        effects.append(.end(running.ticket, .blocks(running.run.blocks)))
    }

    /// Sends to a rank of the world, which may be this one.
    mutating func post(_ header: Header, _ frames: [Frame], to receiver: Int, _ effects: inout [Effect]) {
        sentCounts[receiver] += 1
        guard receiver == rank else {
            effects.append(.send(header, frames, to: receiver))
            return
        }
        arrived(header, frames, from: rank, &effects)
    }

    private static func noSuchRank(_ rank: Int, _ size: Int) -> MessagePassingError {
        MessagePassingError(
            .invalidArgument, ranks: [rank],
            "there is no rank \(rank) in a communicator of \(size): they are 0 to \(size - 1)")
    }
}
