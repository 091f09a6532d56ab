import SwiftZMQ
import SystemSupport
import WorkerProtocol

/// The requests of one socket that are being worked on, each with its task.
///
/// Handlers end on any thread, while the socket's loop admits and cancels; hence the lock.
final class OutstandingRequests: Sendable {
    fileprivate struct Entry {
        let task: Task<Void, Never>
        let credit: StreamCredit
        /// Where the request is one for a WebSocket.
        var webSocket: WorkerWebSocket?
    }

    fileprivate struct State {
        var entries: [Frame: Entry] = [:]
        /// Whether the socket is given up, and no reply may be sent any more.
        var isClosed = false
        /// Whether the worker is about to stop, and WebSockets are to end.
        var isStopping = false
        /// Replies that have not been given to the socket yet.
        var unsent: [Message] = []
        /// Whether somebody is giving replies to the socket.
        var isSending = false
        /// What is to be done as soon as nothing is left to do.
        var whenIdle: (@Sendable () -> Void)?

        var isIdle: Bool { entries.isEmpty && unsent.isEmpty && !isSending }
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
    func admit(_ id: Frame, start: (StreamCredit) -> Task<Void, Never>) -> Admission {
        state.withLock { state in
            guard state.entries[id] == nil else { return .duplicate }
            guard state.entries.count < limit else { return .full }
            let credit = StreamCredit()
            state.entries[id] = Entry(task: start(credit), credit: credit)
            return .admitted
        }
    }

    /// Ends a request: forgets it, so that the next one finds its place free, and queues its reply.
    ///
    /// - Returns: whether the caller is to see to it that ``takeReplies()`` is called until there are none.
    func finish(_ id: Frame, with reply: Message) -> Bool {
        let (mustSend, whenIdle) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
            state.entries[id] = nil
            guard !state.isClosed else { return (false, state.takeWhenIdle()) }
            state.unsent.append(reply)
            defer { state.isSending = true }
            return (!state.isSending, nil)
        }
        whenIdle?()
        return mustSend
    }

    /// The replies that are to be sent now; none when the sending is over.
    func takeReplies() -> [Message] {
        let (replies, whenIdle) = state.withLock { state -> ([Message], (@Sendable () -> Void)?) in
            var replies: [Message] = []
            swap(&replies, &state.unsent)
            state.isSending = !replies.isEmpty
            return (replies, state.takeWhenIdle())
        }
        whenIdle?()
        return replies
    }

    /// Cancels the task of a request that nobody waits for any more. It may have ended already.
    func cancel(_ id: Frame) {
        let entry = state.withLock { $0.entries[id] }
        // The task first: its handler finds itself cancelled when its WebSocket ends.
        entry?.task.cancel()
        entry?.webSocket?.abandon()
    }

    /// Lets the streamed reply of a request, or what is sent on a WebSocket, go on.
    func grant(_ bytes: Int, to id: Frame) {
        guard let entry = state.withLock({ $0.entries[id] }) else { return }
        if let webSocket = entry.webSocket {
            webSocket.grant(bytes)
        } else {
            entry.credit.grant(bytes)
        }
    }

    // MARK: WebSockets

    /// Makes a WebSocket known as that of a request, so that it hears what the gateway says of it.
    func attach(_ webSocket: WorkerWebSocket, to id: Frame) {
        let (isClosed, isStopping) = state.withLock { state in
            state.entries[id]?.webSocket = webSocket
            return (state.isClosed, state.isStopping)
        }
        if isClosed {
            webSocket.abandon()
        } else if isStopping {
            webSocket.goAway()
        }
    }

    /// Makes a request an ordinary one again, whose WebSocket was refused.
    func detachWebSocket(of id: Frame) {
        state.withLock { $0.entries[id]?.webSocket = nil }
    }

    /// Hands over what a WebSocket's client has sent; what comes for one that has ended is dropped.
    func deliver(_ kind: WebSocketMessageKind, _ data: Frame, to id: Frame) {
        state.withLock { $0.entries[id]?.webSocket }?.receive(kind, data)
    }

    /// Lets the sequences of all WebSockets end, and of those that are still to come.
    func endWebSockets() {
        let webSockets = state.withLock { state in
            state.isStopping = true
            return state.entries.values.compactMap(\.webSocket)
        }
        for webSocket in webSockets { webSocket.goAway() }
    }

    // MARK: The end

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
        let entries = state.withLock { state in
            state.isClosed = true
            state.unsent = []
            return Array(state.entries.values)
        }
        for entry in entries {
            entry.task.cancel()
            entry.webSocket?.abandon()
        }
        return entries.count
    }
}

extension OutstandingRequests.State {
    fileprivate mutating func takeWhenIdle() -> (@Sendable () -> Void)? {
        guard isIdle, let whenIdle else { return nil }
        self.whenIdle = nil
        return whenIdle
    }
}
