import SwiftZMQ
import SystemSupport

/// A rank of a world with its sockets: lets ``RankCore`` do what comes of messages, calls and time.
final class Node: Sendable {
    /// What is shared by the calls of the program and the tasks that read the sockets.
    struct State {
        var core: RankCore
        var detector: HeartbeatDetector
        var waiters: [Engine.Ticket: Waiter] = [:]
        /// Until when operations may take, and in which communicator.
        var deadlines: [Engine.Ticket: Deadline] = [:]
        /// The ranks that have finished or died.
        var gone: Set<Int> = []
        var hasFinished = false
        var end: [CheckedContinuation<Void, Never>] = []
    }

    /// Who waits for the end of an operation.
    enum Waiter {
        /// Nobody yet, as the call is on its way to sleep.
        case expected
        case ended(Engine.Outcome)
        case suspended(CheckedContinuation<Engine.Outcome, Never>)
    }

    struct Deadline {
        var instant: ContinuousClock.Instant
        var timeout: Duration
        var communicator: UInt64
    }

    let rank: Int
    let size: Int
    let heartbeatInterval: Duration
    let state: Locked<State>
    /// Nil in a world of one.
    let sockets: Sockets?
    private let roster: [RosterEntry]
    private let controlLinks: [Dealer?]
    private let dataLinks: Locked<[Dealer?]>
    private let tasks = Locked<[Task<Void, Never>]>([])
    private let start = ContinuousClock.now

    /// Comes together with the others.
    init(_ configuration: WorldConfiguration) async throws {
        try configuration.validate()
        rank = configuration.rank
        size = configuration.size
        heartbeatInterval = configuration.heartbeatInterval
        dataLinks = Locked(Array(repeating: nil, count: configuration.size))
        if configuration.size > 1 {
            let sockets = try Sockets(configuration)
            let (roster, toRankZero) = try await sockets.join(configuration)
            self.sockets = sockets
            self.roster = roster
            controlLinks = try roster.map { entry in
                if entry.rank == configuration.rank { return nil }
                return entry.rank == 0 ? toRankZero : try sockets.connectControl(to: entry.control)
            }
        } else {
            (sockets, roster, controlLinks) = (nil, [], [nil])
        }
        state = Locked(
            State(
                core: RankCore(rank: configuration.rank, size: configuration.size),
                detector: HeartbeatDetector(
                    rank: configuration.rank, size: configuration.size, interval: configuration.heartbeatInterval,
                    now: .zero)))
        startTasks()
    }

    private func startTasks() {
        let controlExecutor = sockets?.controlExecutor ?? .shared
        var started = [Task(executorPreference: controlExecutor) { [self] in await watch() }]
        if let sockets {
            started.append(Task(executorPreference: controlExecutor) { [self] in await listen(sockets.control) })
            started.append(Task(executorPreference: sockets.dataExecutor) { [self] in await take(sockets.data) })
        }
        tasks.withLock { $0 = started }
    }

    var now: Duration { ContinuousClock.now - start }

    // MARK: Tasks

    /// Takes messages of the other ranks.
    private func take(_ data: Router) async {
        do {
            for try await batch in data.messages.batches(upTo: 64) {
                change { state, effects in
                    for message in batch {
                        guard case let (name, head, frames)? = try? message.framesAndRest(),
                            let source = RankName.rank(name), let header = Header(head)
                        else { continue }
                        state.core.perform(&effects) { $0.arrived(header, frames, from: source, &$1) }
                    }
                }
            }
        } catch {
            // Cancelled or closed: the end.
        }
    }

    /// Takes what other ranks tell of themselves.
    private func listen(_ control: Router) async {
        do {
            for try await message in control.messages {
                guard let name = message.first, let source = RankName.rank(name), source < size, source != rank,
                    let told = ControlMessage(message.dropFirst())
                else { continue }
                let now = now
                change { state, effects in
                    state.detector.heard(from: source, at: now)
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
            }
        } catch {
            // Cancelled or closed: the end.
        }
    }

    /// Sends heartbeats, looks who is silent, and which operations take too long.
    private func watch() async {
        var next = ContinuousClock.now
        let pause = heartbeatInterval / 20
        while !Task.isCancelled {
            let instant = ContinuousClock.now
            if instant >= next {
                let announcements = state.withLock { $0.core.engine.announcements }
                let heartbeat = Message(ControlMessage.heartbeat(announcements).frames)
                for link in controlLinks { try? _ = link?.trySend(heartbeat) }
                next = instant + heartbeatInterval
            }
            let now = now
            change { state, effects in
                let silent = state.detector.look(at: now)
                state.gone.formUnion(silent)
                state.core.suspect(silent, &effects)
                for (ticket, deadline) in state.deadlines where deadline.instant <= instant {
                    state.deadlines[ticket] = nil
                    Self.end(ticket, deadline, &state, &effects)
                }
            }
            try? await Task.sleep(for: pause)
        }
    }

    private static func end(
        _ ticket: Engine.Ticket, _ deadline: Deadline, _ state: inout State, _ effects: inout [RankCore.Effect]
    ) {
        let reason = "timeout after \(deadline.timeout)"
        let isCancelled = state.core.perform(&effects) {
            $0.cancel(ticket, in: deadline.communicator, because: reason, &$1)
        }
        guard isCancelled else { return }
        let error = MessagePassingError(.timedOut, "what was awaited did not come within \(deadline.timeout)")
        effects.append(.end(ticket, .failure(error)))
    }

    // MARK: Effects

    /// Changes the state, and does what follows.
    func change<Result, Failure: Error>(
        _ body: (inout State, inout [RankCore.Effect]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var effects: [RankCore.Effect] = []
        var resumptions: [(CheckedContinuation<Engine.Outcome, Never>, Engine.Outcome)] = []
        var ending: [CheckedContinuation<Void, Never>] = []
        let result = try state.withLock { state throws(Failure) in
            let result = try body(&state, &effects)
            for case .end(let ticket, let outcome) in effects {
                state.deadlines[ticket] = nil
                switch state.waiters[ticket] {
                case .suspended(let continuation):
                    state.waiters[ticket] = nil
                    resumptions.append((continuation, outcome))
                case .expected: state.waiters[ticket] = .ended(outcome)
                case .ended, nil: break
                }
            }
            if state.hasFinished, !state.end.isEmpty, state.gone.count >= size - 1 {
                swap(&ending, &state.end)
            }
            return result
        }
        for effect in effects {
            switch effect {
            case .send(let header, let frames, let receiver): send(header, frames, to: receiver)
            case .tell(let message, let receiver):
                try? _ = controlLinks[receiver]?.trySend(Message(ControlMessage.membership(message).frames))
            case .forget(let ranks): for rank in ranks { forget(rank) }
            case .end: break
            }
        }
        for (continuation, outcome) in resumptions { continuation.resume(returning: outcome) }
        for continuation in ending { continuation.resume() }
        return result
    }

    /// Sends on the connection to a rank, which is made with the first message.
    private func send(_ header: Header, _ frames: [Frame], to receiver: Int) {
        let link: Dealer? = dataLinks.withLock { links in
            if let link = links[receiver] { return link }
            // One that cannot be had is as good as a dead one: the other rank will miss what is sent, and this one what it
            // would have answered.
            links[receiver] = try? sockets?.connectData(to: roster[receiver])
            return links[receiver]
        }
        // There is always room, and a link that is closed leads to the dead.
        try? _ = link?.trySend(Message(header.frame, followedBy: frames))
    }

    private func forget(_ rank: Int) {
        dataLinks.withLock { links in
            try? links[rank]?.setOption(\.linger, to: .zero)
            links[rank]?.close()
        }
    }

    // MARK: Ends

    /// Tells all others that this rank has finished, and waits until they have, too, or are dead.
    func finish() async {
        let counts: [Int]? = change { state, effects in
            guard !state.hasFinished else { return nil }
            state.hasFinished = true
            let counts = state.core.engine.sentCounts
            state.core.perform(&effects) { $0.finish(&$1) }
            return counts
        }
        guard let counts else { return }
        for (link, count) in zip(controlLinks, counts) {
            try? _ = link?.trySend(Message(ControlMessage.finished(count).frames))
        }
        await withCheckedContinuation { continuation in
            change { state, _ in state.end.append(continuation) }
        }
        await close()
    }

    /// Tells all others that this rank ends because of an error: they need not miss it first.
    func abandon() async {
        for link in controlLinks { try? _ = link?.trySend(Message(ControlMessage.dying.frames)) }
        change { state, effects in state.core.perform(&effects) { $0.finish(&$1) } }
        await close()
    }

    private func close() async {
        for task in tasks.withLock({ $0 }) { task.cancel() }
        await sockets?.close()
    }
}
