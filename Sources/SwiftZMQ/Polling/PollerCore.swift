/// What a ``Poller`` waits for, by tokens in the place of the user's keys.
///
/// The kernel's queue is level-triggered for descriptors of the program: it reports them as long as they are ready. It is
/// edge-triggered for sockets, whose descriptor says no more than that the socket may have become ready. Such a socket is
/// a candidate: each wait asks it for its readiness until it is not ready any more. Then a `ReadinessWatch` is left with
/// it, which makes it a candidate again.
final class PollerCore: ReadinessClient {
    let queue: ReadinessQueue
    let executor: SocketExecutor
    let origin = ProcessOrigin()
    let state = Locked(State())

    struct State {
        var items: [UInt64: Item] = [:]
        var tokens: [Source: UInt64] = [:]
        var candidates: Set<UInt64> = []
        var lastToken: UInt64 = 0
        /// Whether somebody is in the midst of a wait.
        var isBusy = false
        var sleeper: Sleeper?
        /// Whether something has happened since the last look, or the last look may not have seen everything.
        var hasWakeUp = false
        var executorToken: UInt64?
        var alarm: Moment?
        /// The waits that found something ready at once, since the task last slept or yielded.
        var waitsSinceYield = 0
    }

    enum Source: Hashable {
        case socket(ObjectIdentifier)
        case descriptor(Int32)
    }

    struct Item {
        let source: Source
        /// The user's name for it.
        let key: String
        /// Nil for a descriptor.
        let handle: SocketHandle?
        let descriptor: Int32
        var interest: PollEvents
        /// Whether the kernel's queue has the descriptor.
        var isQueued = true
    }

    enum Sleeper {
        case task(Suspension<Void, any Error>)
        case thread
    }

    typealias Ready = (token: UInt64, events: PollEvents)

    init(executor: SocketExecutor) throws(ZMQError) {
        queue = try ReadinessQueue(for: "create a poller")
        self.executor = executor
    }

    /// Forgets everything; no wait is going on.
    func end() {
        guard origin.isThisProcess else { return }
        let (items, token) = state.withLock { state in
            defer { state.items.removeAll() }
            return (state.items, state.executorToken)
        }
        for (token, item) in items { disarm(item, token) }
        if let token { executor.unwatch(token, descriptor: queue.descriptor) }
    }
}

// MARK: - Wake-ups

extension PollerCore {
    /// A socket may have become ready.
    func lookAt(_ token: UInt64) {
        wake { $0.candidates.insert(token) }
    }

    /// The kernel's queue has something to report.
    func descriptorBecameReadable() {
        wake { _ in }
    }

    func expire(at now: Moment) {
        wake { $0.alarm = nil }
    }

    private func wake(_ change: (inout State) -> Void) {
        let sleeper = state.withLock { state in
            change(&state)
            state.hasWakeUp = true
            defer { state.sleeper = nil }
            return state.sleeper
        }
        switch sleeper {
        case .task(let suspension): suspension.resume(.success(()))
        case .thread: queue.interrupt()
        case nil: break
        }
    }
}
