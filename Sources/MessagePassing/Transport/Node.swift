import SwiftZMQ
import SystemSupport

/// A rank of a world with its sockets: lets ``RankCore`` do what comes of messages, calls and time.
final class Node: Sendable {
    /// What is shared by the calls of the program and the tasks that read the sockets.
    struct State {
        var core: RankCore
        var waiters: [Engine.Ticket: Waiter] = [:]
        /// Until when operations may take, and in which communicator.
        var deadlines: [Engine.Ticket: Deadline] = [:]
        /// The ranks that have finished or died.
        var gone: Set<Int> = []
        /// Who waits until all others have been heard.
        var joining: Engine.Ticket?
        var hasFinished = false
        /// Those who wait until all others have finished, too.
        var finishing: Set<Engine.Ticket> = []
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
    let roster: [RosterEntry]
    let controlLinks: [Dealer?]
    private let dataLinks: Locked<[Dealer?]>
    private let start = ContinuousClock.now

    // MARK: What threads hand to each other

    let detector: Locked<HeartbeatDetector>
    /// What others have told, and ``watch()`` has yet to take in.
    let inbox = Locked<[(source: Int, told: ControlMessage)]>([])
    /// The communicators that the program has no value of any more, and ``watch()`` has yet to forget.
    let released = Locked<[UInt64]>([])
    /// In what this rank waited when ``watch()`` looked last, for the next heartbeat.
    let announcements = Locked<[CallAnnouncement]>([])
    let watcher = Locked<SteadyThread?>(nil)
    private let heartbeats = Locked<SteadyThread?>(nil)
    private let tasks = Locked<[Task<Void, Never>]>([])

    /// Comes together with the others, and returns when all of them have been heard.
    init(_ configuration: WorldConfiguration) async throws {
        try configuration.validate()
        rank = configuration.rank
        size = configuration.size
        heartbeatInterval = configuration.heartbeatInterval
        dataLinks = Locked(Array(repeating: nil, count: configuration.size))
        let links: [Sockets.Link?]
        if configuration.size > 1 {
            let sockets = try Sockets(configuration)
            let roster = try await sockets.join(configuration)
            self.sockets = sockets
            self.roster = roster
            links = try roster.map { entry in
                if entry.rank == configuration.rank { return nil }
                return try sockets.connectControl(to: entry.rank == 0 ? configuration.rendezvous : entry.control)
            }
        } else {
            (sockets, roster, links) = (nil, [], [nil])
        }
        controlLinks = links.map { $0?.dealer }
        state = Locked(State(core: RankCore(rank: configuration.rank, size: configuration.size)))
        detector = Locked(
            HeartbeatDetector(
                rank: configuration.rank, size: configuration.size, interval: configuration.heartbeatInterval,
                now: .zero))
        do {
            try startThreads(links)
            if sockets != nil { try await waitUntilHeard(timeout: configuration.joinTimeout) }
        } catch {
            await abandon()
            throw error
        }
    }

    private func startThreads(_ links: [Sockets.Link?]) throws {
        let watcher = try SteadyThread(name: "ranks-watch", every: heartbeatInterval / 20) { [self] in watch() }
        self.watcher.withLock { $0 = watcher }
        guard let sockets else { return }
        let heartbeats = try SteadyThread(name: "ranks-heartbeat", every: heartbeatInterval) { [self] in
            sendHeartbeat()
        }
        self.heartbeats.withLock { $0 = heartbeats }
        let started = [
            Task(executorPreference: sockets.controlExecutor) { [self] in await listen(sockets.control) },
            Task(executorPreference: sockets.dataExecutor) { [self] in await take(sockets.data) },
        ]
        tasks.withLock { $0 = started }
        for (rank, link) in links.enumerated() {
            if let link { follow(link, to: rank, on: sockets.controlExecutor) }
        }
    }

    private func follow(_ link: Sockets.Link, to rank: Int, on executor: SocketExecutor) {
        let following = Task(executorPreference: executor) { [self] in await follow(link.events, to: rank) }
        tasks.withLock { $0.append(following) }
    }

    private func stopThreads() {
        watcher.withLock { $0 }?.stop()
        heartbeats.withLock { $0 }?.stop()
        for task in tasks.withLock({ $0 }) { task.cancel() }
    }

    var now: Duration { ContinuousClock.now - start }

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

    // MARK: Effects

    /// Changes the state, and does what follows.
    func change<Result, Failure: Error>(
        _ body: (inout State, inout [RankCore.Effect]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var effects: [RankCore.Effect] = []
        var resumptions: [(CheckedContinuation<Engine.Outcome, Never>, Engine.Outcome)] = []
        let result = try state.withLock { state throws(Failure) in
            let result = try body(&state, &effects)
            for case .forget(let ranks) in effects { state.gone.formUnion(ranks) }
            if state.hasFinished, state.gone.count >= size - 1 {
                effects += state.finishing.map { .end($0, .finished) }
                state.finishing = []
            }
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
        return result
    }

    /// Sends on the connection to a rank, which is made with the first message.
    private func send(_ header: Header, _ frames: [Frame], to receiver: Int) {
        let link: Dealer?
        do {
            link = try dataLinks.withLock { links throws -> Dealer? in
                if links[receiver] == nil { links[receiver] = try connect(to: receiver) }
                return links[receiver]
            }
        } catch {
            let reason = MessagePassingError(
                .notSent, "no connection to rank \(receiver) of the world: \(error); the others go on without this rank"
            )
            change { state, effects in state.core.perform(&effects) { $0.fail(reason, &$1) } }
            return
        }
        // There is always room, and a link that is closed leads to the dead.
        try? _ = link?.trySend(Message(header.frame, followedBy: frames))
    }

    private func connect(to receiver: Int) throws -> Dealer? {
        guard let sockets else { return nil }
        let link = try sockets.connectData(to: roster[receiver])
        follow(link, to: receiver, on: sockets.dataExecutor)
        return link.dealer
    }

    private func forget(_ rank: Int) {
        dataLinks.withLock { links in
            try? links[rank]?.setOption(\.linger, to: .zero)
            links[rank]?.close()
        }
    }

    // MARK: Ends

    /// Tells all others that this rank has finished, and waits until they have, too, or are dead.
    func finish(timeout: Duration?) async throws {
        let counts: [Int]? = change { state, effects in
            guard !state.hasFinished else { return nil }
            state.hasFinished = true
            let counts = state.core.engine.sentCounts
            state.core.perform(&effects) { $0.finish(&$1) }
            return counts
        }
        if let counts {
            for (link, count) in zip(controlLinks, counts) {
                try? _ = link?.trySend(Message(ControlMessage.finished(count).frames))
            }
        }
        try await waitForOthers(timeout: timeout)
        await close()
    }

    /// Tells all others that this rank ends because of an error: they need not miss it first.
    func abandon() async {
        for link in controlLinks { try? _ = link?.trySend(Message(ControlMessage.dying.frames)) }
        change { state, effects in state.core.perform(&effects) { $0.finish(&$1) } }
        await close()
    }

    private func close() async {
        stopThreads()
        await sockets?.close()
    }
}
