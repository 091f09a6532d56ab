/// What the lock of a socket guards: the socket itself, and those who wait for it.
struct SocketState: ~Copyable {
    private(set) var life: SocketLife<RawSocket>
    var receivers = WaitQueue<Waiter<Message>>()
    var senders = WaitQueue<PendingSend>()
    /// Those who want to know when the socket is ready; nil, which is the quickest to see, where there are none.
    var watches: [ReadinessWatch]?
    /// Those who want to know only when the socket is closed, and cost nothing until then.
    var endWatches: [ReadinessWatch] = []
    /// What frames are received into, one after the other.
    var slot: ReceiveSlot
    /// The first frame of a message whose last one has not been taken yet, and those taken behind it; nil, which is the
    /// quickest to see, where there is no such message.
    private var unfinished: UnfinishedMessage?
    /// How many operations may still succeed before their task lets others run: a cooperative budget, so that one busy
    /// socket does not starve the rest.
    var budget = SocketCore.fullBudget
    var figures = SocketFigures()
    private var lastTicket: UInt64 = 0
    /// How the executor watches the descriptor.
    var registration = ExecutorRegistration()
    /// Whether the program watches the descriptor itself. The executor then leaves the socket alone while no task waits: to
    /// look after it is to take from the descriptor what it tells the program.
    var isDescriptorHandedOut = false
    /// Whether the socket has been bound or connected.
    var hasEndpoints = false
    /// Tells what happens to the connections, while anybody listens.
    var monitor: SocketMonitor?
    /// Tells when libzmq has let go of the socket, once somebody awaits that.
    var end: SocketEnd?
    /// Whether a receive must first look at what the peers told; see `SocketKind.reservesReplies`.
    var looksBeforeReceiving: Bool
    /// Whether a REQ socket has sent a request whose reply has not been taken.
    private(set) var awaitsReply = false
    /// Whether a REQ socket may send the next request before it has received the reply. libzmq then gives the reply up as
    /// soon as it is asked to send, even if there is no room for that.
    var isRelaxed = true
    /// Whether the last to touch the socket was a receive that found nothing, and the descriptor has not become readable
    /// since: a receive would find nothing again, at the price of two system calls.
    private(set) var isKnownEmpty = false
    /// Whether a frame by itself can be sent, and changes nothing but what has been sent.
    private let sendsPlainly: Bool

    init(_ socket: RawSocket, of kind: SocketKind, keepsMetadata: Bool, looksBeforeReceiving: Bool) {
        life = .open(socket)
        sendsPlainly = !kind.sendsToNamedPeers && kind != .request
        slot = ReceiveSlot(keepsMetadata: keepsMetadata)
        self.looksBeforeReceiving = looksBeforeReceiving
    }
}

private struct UnfinishedMessage {
    let head: Frame
    let tail: [Frame]
}

/// A message that waits for room, and who waits with it.
struct PendingSend {
    let message: Message
    let waiter: Waiter<Void>
}

// What only reads is `mutating`, too: of a value that cannot be copied, the compiler loads the whole for a method that
// borrows it, which costs more than the rest of a send.

// MARK: - The socket

extension SocketState {
    /// The socket; nil while nobody but a proxy may use it, and once it is closed.
    ///
    /// Any call into libzmq may make the descriptor unreadable again, whatever it was readable for. So whoever asks for the
    /// socket is taken to make one, and whoever used it is followed by a look at those who wait.
    var socket: RawSocket? {
        @inline(__always)
        mutating get {
            isKnownEmpty = false
            return life.handle
        }
    }

    /// The open socket, or the error that says why it is not.
    @inline(__always)
    mutating func open(for operation: @autoclosure () -> String) throws(ZMQError) -> RawSocket {
        isKnownEmpty = false
        return try life.handle(for: operation())
    }

    /// Throws the error that says why the socket is not open, if it is not.
    @inline(__always)
    mutating func requireOpen(for operation: @autoclosure () -> String) throws(ZMQError) {
        _ = try life.handle(for: operation())
    }

    mutating func beginExclusiveUse(for operation: String) throws(ZMQError) -> RawSocket {
        try life.beginExclusiveUse(for: operation)
    }

    mutating func endExclusiveUse(_ socket: RawSocket) -> RawSocket? { life.endExclusiveUse(socket) }

    mutating func close(because reason: ZMQError.Code) -> RawSocket? { life.close(because: reason) }

    /// Has messages copied from now on, for a transport that would change them where they lie.
    mutating func copyWhatIsSent() {
        guard case .open(var socket) = life else { return }
        socket.altersMessages = true
        life = .open(socket)
    }

    /// The descriptor has become readable: there may be something to receive.
    mutating func noteReadable() { isKnownEmpty = false }

    /// Has libzmq carry out what its peers' connections ask of the socket, such as sending subscriptions to a new
    /// publisher or forgetting a peer that left, though nobody uses the socket at present.
    mutating func processCommands() {
        // Whoever uses it next meets the error.
        _ = try? socket?.readiness()
    }
}

// MARK: - One message at a time, without waiting

extension SocketState {
    /// Takes the next message if nothing else is to be done; what else there is, ``take()`` does.
    ///
    /// - Parameter message: an empty one, whose place it takes. To return it would be to copy it.
    @inline(__always)
    mutating func takeAtOnce(into message: inout Message) -> QuickAttempt {
        guard !isAwaited, !looksBeforeReceiving, unfinished == nil, let socket else { return .unusual }
        guard socket.receiveAtOnce(into: &slot) else {
            isKnownEmpty = CLibrary.lastWouldHaveWaited
            return isKnownEmpty ? .notNow : .unusual
        }
        awaitsReply = false
        // After an error what was taken is still there, and whoever takes the next message goes on with it.
        guard !slot.hasMore else { return (try? takeFrames(into: &message, from: socket)) == true ? .done : .unusual }
        takeFrame(into: &message.head)
        figures.receivedMessages &+= 1
        return .done
    }

    /// Gives a frame that is a message by itself to the socket if nothing else is to be done; what else there is,
    /// ``give(_:_:)`` does.
    @inline(__always)
    mutating func giveAtOnce(_ frame: Frame) -> QuickAttempt {
        guard !isAwaited, sendsPlainly, let socket else { return .unusual }
        guard socket.sendAtOnce(frame) else { return CLibrary.lastWouldHaveWaited ? .notNow : .unusual }
        figures.sentMessages &+= 1
        figures.sentBytes &+= frame.count
        return .done
    }

    /// Takes the next message with all its frames; nil when there is none.
    mutating func take() throws(ZMQError) -> Message? {
        let socket = try open(for: "receive")
        if looksBeforeReceiving { _ = try socket.readiness() }
        guard try socket.receiveFrame(into: &slot) else {
            isKnownEmpty = true
            return nil
        }
        awaitsReply = false
        var message = Message()
        return try takeFrames(into: &message, from: socket) ? message : nil
    }

    /// Takes the frame that was received, and those of the same message behind it.
    ///
    /// - Parameter message: an empty one, whose place the received one takes.
    /// - Returns: false when they are not all there.
    @inline(never)
    private mutating func takeFrames(into message: inout Message, from socket: RawSocket) throws(ZMQError) -> Bool {
        // libzmq hands over whole messages, so the frames after the first are always there. Should they ever not be, what
        // has been taken stays with the socket and no waiter sees half a message.
        var tail: [Frame] = []
        var hasMore = slot.hasMore
        defer {
            if hasMore {
                unfinished = UnfinishedMessage(head: message.head, tail: tail)
                message = Message()
            }
        }
        if let begun = unfinished.take() {
            message.head = begun.head
            tail = begun.tail + [takeFrame()]
        } else {
            takeFrame(into: &message.head)
            // Messages with an envelope or a topic seldom have more than three frames.
            if hasMore { tail.reserveCapacity(2) }
        }
        while hasMore {
            guard try socket.receiveFrame(into: &slot) else { return false }
            hasMore = slot.hasMore
            tail.append(takeFrame())
        }
        message.tail = tail.isEmpty ? nil : tail
        figures.receivedMessages &+= 1
        return true
    }

    @inline(__always)
    private mutating func takeFrame() -> Frame {
        var frame = Frame()
        takeFrame(into: &frame)
        return frame
    }

    @inline(__always)
    private mutating func takeFrame(into frame: inout Frame) {
        figures.receivedBytes &+= slot.count
        slot.take(into: &frame)
    }

    /// Gives a whole message to the socket; false when there is no room.
    mutating func give(_ message: some Outgoing, _ kind: SocketKind) throws(ZMQError) -> Bool {
        let socket = try open(for: "send")
        if awaitsReply, isRelaxed, try !socket.readiness().canSend { return false }
        guard try message.send(through: socket) else { return false }
        awaitsReply = kind == .request
        figures.sentMessages &+= 1
        figures.sentBytes &+= message.byteCount
        return true
    }
}

// MARK: - Those who wait

extension SocketState {
    /// Whether anybody waits for or watches the socket.
    var isAwaited: Bool {
        @inline(__always)
        mutating get { !receivers.isEmpty || !senders.isEmpty || watches != nil }
    }

    /// Whether those who wait are to be looked at, which they are not if the last to touch the socket was a receive that
    /// found nothing, and they wait for messages alone.
    var needsService: Bool {
        @inline(__always)
        mutating get { isAwaited && !(isKnownEmpty && senders.isEmpty && watches == nil) }
    }

    /// Counts one operation against the budget; false when that is spent.
    @inline(__always)
    mutating func drawOnBudget() -> Bool {
        guard budget > 0 else { return false }
        budget &-= 1
        return true
    }

    /// A place in the order of those who wait, and whether the budget is spent, so that others are to run first.
    mutating func drawTicket() -> (Ticket, isBudgetSpent: Bool) {
        lastTicket += 1
        defer { budget = SocketCore.fullBudget }
        return (Ticket(number: lastTicket), budget <= 0)
    }

    /// Whether a message may be sent before those that wait for room.
    @inline(__always)
    mutating func maySend(_ message: some Outgoing, _ kind: SocketKind) -> Bool {
        senders.isEmpty || (kind.sendsToNamedPeers && !isAwaitedByPeer(message.firstFrame))
    }

    @inline(never)
    private mutating func isAwaitedByPeer(_ routingID: Frame) -> Bool {
        senders.contains { $0.message.head == routingID }
    }

    /// Serves those who wait for a message or for room, and tells those who watch the socket's readiness. Called after
    /// everything that touched the socket.
    mutating func serveWaiters(_ kind: SocketKind, _ served: inout DeferredResumptions) {
        while true {
            serveQueues(kind, &served)
            guard watches != nil, let readiness = reportReadiness(&served) else { return }
            // The question for the readiness was a call like any other.
            let canReceive = readiness.contains(.readable) && !receivers.isEmpty
            let canSend = readiness.contains(.writable) && !senders.isEmpty
            guard canReceive || (canSend && serveSenders(kind, &served)) else { return }
        }
    }

    private mutating func serveQueues(_ kind: SocketKind, _ served: inout DeferredResumptions) {
        // A call for one direction makes the descriptor unreadable for the other, too. So this may end only with a call that
        // looked at everything, and after which neither direction had anything to do: a receive that found nothing, if only
        // receivers wait, and the question for the socket's readiness if senders do, as libzmq refuses a send without
        // having looked at all it was told.
        while true {
            while serveReceivers(&served) || serveSenders(kind, &served) {}
            guard !senders.isEmpty, let socket else { return }
            // An error is for those who wait: the next attempt of theirs meets it.
            guard let readiness = try? socket.readiness() else { continue }
            let canReceive = readiness.canReceive && !receivers.isEmpty
            // What a ROUTER says of room is no answer for one peer: it always has room or, when it is mandatory, has none
            // though the peer that somebody waits for is gone.
            let maySend = readiness.canSend || kind.sendsToNamedPeers
            guard canReceive || (maySend && serveSenders(kind, &served)) else { return }
        }
    }

    /// Whether at least one was served.
    private mutating func serveReceivers(_ served: inout DeferredResumptions) -> Bool {
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
    private mutating func serveSenders(_ kind: SocketKind, _ served: inout DeferredResumptions) -> Bool {
        if kind.sendsToNamedPeers { return serveSendersToNamedPeers(kind, &served) }
        var hasServed = false
        while let pending = senders.first {
            do throws(ZMQError) {
                guard try give(pending.message, kind) else { return hasServed }
                served.add(senders.removeFirst(), .success(()))
            } catch {
                served.add(senders.removeFirst(), .failure(error))
            }
            hasServed = true
        }
        return hasServed
    }

    /// As above; a full peer does not keep messages from the others, but keeps their order for itself.
    private mutating func serveSendersToNamedPeers(_ kind: SocketKind, _ served: inout DeferredResumptions) -> Bool {
        guard !senders.isEmpty else { return false }
        var results: [Result<Void, any Error>] = []
        var fullPeers: Set<Frame> = []
        // Out of the state, so that the closure can use the socket.
        var queue = WaitQueue<PendingSend>()
        swap(&queue, &senders)
        let removed = queue.removeAll { pending in
            guard !fullPeers.contains(pending.message.head) else { return false }
            do throws(ZMQError) {
                guard try give(pending.message, kind) else {
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
        for (pending, result) in zip(removed, results) { served.add(pending, result) }
        return !removed.isEmpty
    }
}
