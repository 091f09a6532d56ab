import CZMQ
import Synchronization

/// A libzmq socket, the lock around it, and those who wait for it.
final class SocketCore: Sendable {
    let context: Context
    let kind: SocketKind
    /// `ZMQ_FD`: becomes readable when the socket has to be looked at. Edge-triggered, and consumed by any call.
    let descriptor: Int32
    let state: Locked<State>
    /// The process that the socket belongs to.
    let origin = ProcessOrigin()
    /// The names that peers were given on connecting to them.
    let givenNames = Locked<Set<Message>>([])
    /// Whose turn it is to send and receive, or to receive and answer, as one step.
    let turns: Turns?
    /// Whether only the last message is kept, of one frame at most. Known from the first endpoint on.
    let isConflating = Atomic<Bool>(false)

    // One lock for each socket, around every call into libzmq: the socket may then be used from any thread, and a
    // message taken from it always has somebody it belongs to.
    struct State: ~Copyable {
        /// What `socket` gives, and nobody else touches.
        private var known: RawSocket?
        /// Whether the last to touch the socket was a receive that found nothing, and the descriptor has told no news
        /// since: a receive would find nothing again, at the price of two system calls.
        private(set) var isKnownEmpty = false
        /// Why the socket is closed, if it is.
        var closure = ZMQError.Code.closed
        var receivers = WaitQueue<Waiter<Multipart>>()
        var senders = WaitQueue<PendingSend>()
        /// Those who want to know when the socket is ready; nil, which is the quickest to see, where there are none.
        var watches: [ReadinessWatch]?
        /// Those who want to know only when the socket is closed, and cost nothing until then.
        var endWatches: [ReadinessWatch] = []
        /// Whether the socket is in the hands of a call that uses it for as long as it likes.
        var isLent = false
        /// The first frame of a message whose last one has not been taken yet, and those taken behind it; nil, which is
        /// the quickest to see, where there is no such message.
        var unfinishedHead = Message()
        var unfinishedTail: [Message]?
        /// What frames are received into, one after the other.
        var room = ReceivingRoom()
        /// The operations since the last one that took the slow path, that one included; 0 before the first.
        var streak = 0
        var lastTicket: UInt64 = 0
        /// The name under which the executor watches the descriptor, once anybody has had to wait.
        var token: UInt64?
        /// When the executor will next look for overdue waiters.
        var alarm: Moment?
        /// Whether the socket has been bound or connected.
        var hasEndpoints = false
        /// Tells what happens to the connections, while anybody listens.
        var monitor: SocketMonitor?
        /// Whether a receive must first look at what the peers told; see `SocketKind.reservesReplies`.
        let looksBeforeReceiving: Bool

        init(_ socket: RawSocket, keepsMetadata: Bool, looksBeforeReceiving: Bool) {
            known = socket
            room = ReceivingRoom(keepsMetadata: keepsMetadata)
            self.looksBeforeReceiving = looksBeforeReceiving
        }

        /// The socket; nil once it is closed, and while it is lent. Any call into libzmq may consume the news of what
        /// the socket has to offer, so that whoever asks for it is taken to make one.
        var socket: RawSocket? {
            @inline(__always)
            mutating get {
                isKnownEmpty = false
                return known
            }
            set {
                isKnownEmpty = false
                known = newValue
            }
        }

        /// Throws the error that says why the socket is closed, if it is.
        @inline(__always)
        func requireOpen(for operation: @autoclosure () -> String) throws(ZMQError) {
            guard known != nil else { throw reasonNotOpen(for: operation()) }
        }

        /// Notes that there was nothing to receive just now.
        @inline(__always)
        mutating func noteEmpty() { isKnownEmpty = true }

        /// Notes that there may be something to receive.
        mutating func noteNews() { isKnownEmpty = false }
    }

    /// A message that waits for room, and who waits with it.
    struct PendingSend {
        let message: Multipart
        let waiter: Waiter<Void>
    }

    /// How many operations of a socket may succeed in a row before its tasks let others run.
    static let longestStreak = 128

    init<S: Socket>(
        _ context: Context, _ kind: SocketKind, _ configure: (inout SocketOptions<S>) throws -> Void
    ) throws {
        var options = SocketOptions<S>()
        try configure(&options)
        let socket = try context.makeSocket(kind)
        let looksBeforeReceiving: Bool
        do {
            try options.apply(to: socket, of: kind, lingers: context.lingers)
            descriptor = try socket.option(ZMQ_FD, name: "descriptor", as: Int32.self)
            let mark = try socket.option(ZMQ_SNDHWM, name: "sendHighWaterMark", as: Int32.self)
            looksBeforeReceiving = kind.reservesReplies && (1..<1000).contains(mark)
        } catch {
            socket.close()
            throw error
        }
        self.context = context
        self.kind = kind
        turns = kind == .request || kind == .reply ? Turns() : nil
        state = Locked(
            State(socket, keepsMetadata: options.storesMetadata, looksBeforeReceiving: looksBeforeReceiving))
    }

    /// Closes the socket and fails all who wait. Does nothing the second time.
    func close(because reason: ZMQError.Code) {
        // What a forked child inherited is its parent's.
        guard origin.isThisProcess else { return }
        let waiting = state.withLock { state -> ([Waiter<Multipart>], [PendingSend], [ReadinessWatch])? in
            guard let socket = state.socket else {
                // The call that has it closes it when it gives it back.
                if state.isLent { state.closure = reason }
                state.isLent = false
                return nil
            }
            if let token = state.token { context.executor.unwatch(token, descriptor: descriptor) }
            state.token = nil
            state.socket = nil
            state.closure = reason
            if state.monitor != nil { socket.stopMonitor() }
            state.monitor = nil
            socket.close()
            let watches = (state.watches ?? []) + state.endWatches
            state.watches = nil
            state.endWatches = []
            return (state.receivers.removeAll(), state.senders.removeAll(), watches)
        }
        guard let (receivers, senders, watches) = waiting else { return }
        context.forget(self)
        for receiver in receivers { receiver.resume(throwing: ZMQError(code: reason, operation: "receive")) }
        for sender in senders { sender.waiter.resume(throwing: ZMQError(code: reason, operation: "send")) }
        for watch in watches { watch.report(.failure(ZMQError(code: reason, operation: "wait for a socket"))) }
    }
}

// MARK: - One message at a time, without waiting

extension SocketCore.State {
    /// The open socket, or the error that says why it is closed.
    @inline(__always)
    mutating func open(for operation: @autoclosure () -> String) throws(ZMQError) -> RawSocket {
        guard let socket else { throw reasonNotOpen(for: operation()) }
        return socket
    }

    fileprivate func reasonNotOpen(for operation: String) -> ZMQError {
        guard isLent else { return ZMQError(code: closure, operation: operation) }
        return ZMQError(code: .wrongState, operation: operation, remedy: "a blocking proxy has the socket to itself")
    }

    /// Takes the next whole message; nil when there is none.
    @inline(__always)
    mutating func take() throws(ZMQError) -> Multipart? {
        let socket = try open(for: "receive")
        if looksBeforeReceiving { _ = try socket.readiness() }
        guard try socket.receiveFrame(into: &room) else {
            noteEmpty()
            return nil
        }
        // Most messages have one frame, and the fewer instructions they cost the better.
        if !room.hasMore, unfinishedTail == nil { return Multipart(head: room.takeFrame(), tail: nil) }
        return try takeRest(from: socket)
    }

    @inline(never)
    private mutating func takeRest(from socket: RawSocket) throws(ZMQError) -> Multipart? {
        repeat {
            let hasMore = room.hasMore
            if unfinishedTail != nil {
                unfinishedTail?.append(room.takeFrame())
            } else {
                unfinishedHead = room.takeFrame()
                unfinishedTail = []
                // Messages with an envelope or a topic seldom have more than three frames.
                unfinishedTail?.reserveCapacity(2)
            }
            if !hasMore {
                defer { unfinishedHead = Message() }
                return Multipart(head: unfinishedHead, tail: unfinishedTail.take())
            }
        } while try socket.receiveFrame(into: &room)
        // libzmq hands over whole messages, so the frames after the first are always there. Should they ever not be,
        // what has been taken stays with the socket and no waiter sees half a message.
        return nil
    }

    /// Gives a whole message to the socket; false when there is no room.
    @inline(__always)
    mutating func give(_ message: Multipart) throws(ZMQError) -> Bool {
        try open(for: "send").send(message)
    }
}

// MARK: - Serving those who wait

extension SocketCore {
    /// Serves those who wait, as far as the socket allows. Called whenever something may have changed.
    func serveWaiters() {
        withState { state, served in
            state.noteNews()
            let isAsked = state.watches != nil
            state.serveWaiters(kind, &served)
            if !isAsked, !state.endWatches.isEmpty { state.attend() }
        }
    }

    /// Uses the state under the lock, and resumes those who were served meanwhile once it is released.
    @inline(__always)
    func withState<Result, Failure: Error>(
        _ body: (inout State, inout ServedWaiters) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var served = ServedWaiters()
        defer { served.resume() }
        return try state.withLock { state throws(Failure) in try body(&state, &served) }
    }

    /// Uses the state of two sockets at once, under the locks of both.
    ///
    /// Whoever else holds two locks takes them in the same order. Nobody who was served is to be resumed within.
    static func withStates<Result>(
        _ one: SocketCore, _ other: SocketCore, _ body: (inout State, inout State) throws(ZMQError) -> Result
    ) throws(ZMQError) -> Result {
        guard ObjectIdentifier(one) < ObjectIdentifier(other) else {
            return try other.state.withLock { otherState throws(ZMQError) in
                try one.state.withLock { state throws(ZMQError) in try body(&state, &otherState) }
            }
        }
        return try one.state.withLock { state throws(ZMQError) in
            try other.state.withLock { otherState throws(ZMQError) in try body(&state, &otherState) }
        }
    }

    /// Fails those whose deadline has come, and sets the alarm for the next.
    func expire(at now: Moment) {
        let (receivers, senders) = state.withLock { state in
            state.alarm = nil
            let overdue = (state.receivers.removeOverdue(at: now), state.senders.removeOverdue(at: now))
            let next = [state.receivers.earliestDeadline, state.senders.earliestDeadline].compactMap(\.self).min()
            if let next { setAlarm(for: next, &state) }
            return overdue
        }
        for receiver in receivers { receiver.resume(throwing: Self.timeout("receive")) }
        for sender in senders { sender.waiter.resume(throwing: Self.timeout("send")) }
    }

    /// Has the executor call `expire(at:)` no later than at an instant.
    ///
    /// One alarm for a socket serves all its deadlines, and a waiter that is served leaves it standing: a program that
    /// waits a million times, each time with a timeout, sets a handful of alarms.
    func setAlarm(for deadline: Moment, _ state: inout State) {
        guard let token = state.token, state.alarm.map({ deadline < $0 }) ?? true else { return }
        state.alarm = deadline
        context.executor.schedule(token, at: deadline)
    }

    static func timeout(_ operation: String) -> ZMQError {
        ZMQError(code: .again, operation: operation, remedy: "the timeout passed first")
    }
}

extension SocketCore.State {
    /// Serves those who wait for a message or for room, and tells those who watch the socket's readiness.
    mutating func serveWaiters(_ kind: SocketKind, _ served: inout ServedWaiters) {
        while true {
            serveQueues(kind, &served)
            guard watches != nil, let readiness = reportReadiness(&served) else { return }
            // The question for the readiness consumed the news of those who wait, too.
            let canReceive = readiness.contains(.readable) && !receivers.isEmpty
            let canSend = readiness.contains(.writable) && !senders.isEmpty
            guard canReceive || (canSend && serveSenders(kind, &served)) else { return }
        }
    }

    private mutating func serveQueues(_ kind: SocketKind, _ served: inout ServedWaiters) {
        // A call for one direction also consumes the news about the other, and is no edge any more. So this may end only
        // with a call that looked at everything, and after which neither direction had anything to do: a receive that
        // found nothing, if only receivers wait, and the question for the socket's readiness if senders do, as libzmq
        // refuses a send without having looked at all it was told.
        while true {
            while serveReceivers(&served) || serveSenders(kind, &served) {}
            guard !senders.isEmpty, let socket else { return }
            // An error is for those who wait: the next attempt of theirs meets it.
            guard let readiness = try? socket.readiness() else { continue }
            let canReceive = readiness.canReceive && !receivers.isEmpty
            // A ROUTER always says that it can send, so that only success counts.
            guard canReceive || (readiness.canSend && serveSenders(kind, &served)) else { return }
        }
    }

    /// Whether at least one was served.
    private mutating func serveReceivers(_ served: inout ServedWaiters) -> Bool {
        var hasServed = false
        while !receivers.isEmpty {
            do throws(ZMQError) {
                guard let message = try take() else { return hasServed }
                served.add(receivers.removeFirst(), .success(message))
            } catch {
                served.add(receivers.removeFirst(), .failure(error))
            }
            hasServed = true
        }
        return hasServed
    }

    /// Whether at least one was served.
    private mutating func serveSenders(_ kind: SocketKind, _ served: inout ServedWaiters) -> Bool {
        var hasServed = false
        if kind.sendsToNamedPeers {
            // A full peer must not keep messages from the others.
            for pending in removeSendable() {
                served.add(pending.0.waiter, pending.1)
                hasServed = true
            }
            return hasServed
        }
        while let pending = senders.first {
            do throws(ZMQError) {
                guard try give(pending.message) else { return hasServed }
                served.add(senders.removeFirst()?.waiter, .success(()))
            } catch {
                served.add(senders.removeFirst()?.waiter, .failure(error))
            }
            hasServed = true
        }
        return hasServed
    }

    private mutating func removeSendable() -> [(SocketCore.PendingSend, Result<Void, any Error>)] {
        var results: [Result<Void, any Error>] = []
        var fullPeers: Set<Message> = []
        // Borrowed out of the queue so that the closure can use the socket.
        var queue = WaitQueue<SocketCore.PendingSend>()
        swap(&queue, &senders)
        let sent = queue.removeAll { pending in
            guard !fullPeers.contains(pending.message.head) else { return false }
            do throws(ZMQError) {
                guard try give(pending.message) else {
                    fullPeers.insert(pending.message.head)
                    return false
                }
                results.append(.success(()))
            } catch {
                results.append(.failure(error))
            }
            return true
        }
        swap(&queue, &senders)
        return Array(zip(sent, results))
    }
}
