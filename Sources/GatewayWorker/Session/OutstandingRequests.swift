import SwiftZMQ

/// The requests of one socket that are being worked on, each with its task.
///
/// Handlers end on any thread, while the socket's loop admits and cancels; hence the lock.
final class OutstandingRequests: Sendable {
    fileprivate struct Entry {
        let task: Task<Void, Never>
        let credit: StreamCredit
    }

    fileprivate struct State {
        var entries: [Message: Entry] = [:]
        /// Whether the socket is given up, and no reply may be sent any more.
        var isClosed = false
        /// Replies that wait for room in the socket.
        var unsent = 0
        /// What is to be done as soon as nothing is left to do.
        var whenIdle: (@Sendable () -> Void)?

        var isIdle: Bool { entries.isEmpty && unsent == 0 }
    }

    enum Admission {
        case admitted
        /// The id is that of a request that is being worked on.
        case duplicate
        /// There are as many as the worker has allowed.
        case full
    }

    private let limit: Int
    private let state = Locked(State())

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes a request on, if there is room for it.
    ///
    /// - Parameter start: makes its task; called with the lock held, so that the task cannot end before it is known.
    func admit(_ id: Message, start: (StreamCredit) -> Task<Void, Never>) -> Admission {
        state.withLock { state in
            guard state.entries[id] == nil else { return .duplicate }
            guard state.entries.count < limit else { return .full }
            let credit = StreamCredit()
            state.entries[id] = Entry(task: start(credit), credit: credit)
            return .admitted
        }
    }

    /// Ends a request: forgets it, so that the next one finds its place free, and sends its reply.
    ///
    /// - Parameter send: sends without waiting; false where there is no room. Not called once the socket is given up.
    /// - Returns: false if there was no room: the reply is to be sent by other means, then ``sent()`` to be called.
    func finish(_ id: Message, send: () throws(ZMQError) -> Bool) throws(ZMQError) -> Bool {
        let (result, whenIdle) = state.withLock { state -> (Result<Bool, ZMQError>, (@Sendable () -> Void)?) in
            state.entries[id] = nil
            guard !state.isClosed else { return (.success(true), state.takeWhenIdle()) }
            let result = Result(catching: send)
            if case .success(false) = result { state.unsent += 1 }
            return (result, state.takeWhenIdle())
        }
        whenIdle?()
        return try result.get()
    }

    /// A reply that had no room at first has been sent, or cannot be.
    func sent() {
        let whenIdle = state.withLock { state in
            state.unsent -= 1
            return state.takeWhenIdle()
        }
        whenIdle?()
    }

    /// Cancels the task of a request that nobody waits for any more. It may have ended already.
    func cancel(_ id: Message) {
        state.withLock { $0.entries[id]?.task }?.cancel()
    }

    /// Lets the streamed reply of a request go on.
    func grant(_ bytes: Int, to id: Message) {
        state.withLock { $0.entries[id]?.credit }?.grant(bytes)
    }

    /// Whether nothing is left to do.
    var isIdle: Bool { state.withLock { $0.isIdle } }

    /// Calls a closure as soon as nothing is left to do, once.
    func whenIdle(_ notify: @escaping @Sendable () -> Void) {
        let isIdle = state.withLock { state in
            if !state.isIdle { state.whenIdle = notify }
            return state.isIdle
        }
        if isIdle { notify() }
    }

    /// Gives the socket up: lets no reply out any more and cancels what is still being worked on.
    ///
    /// - Returns: how many requests were.
    @discardableResult
    func close() -> Int {
        let tasks = state.withLock { state in
            state.isClosed = true
            return state.entries.values.map(\.task)
        }
        for task in tasks { task.cancel() }
        return tasks.count
    }
}

extension OutstandingRequests.State {
    fileprivate mutating func takeWhenIdle() -> (@Sendable () -> Void)? {
        guard isIdle, let whenIdle else { return nil }
        self.whenIdle = nil
        return whenIdle
    }
}
