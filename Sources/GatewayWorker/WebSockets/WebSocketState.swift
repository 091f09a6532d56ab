/// A WebSocket at the worker, from the client's request to the last word: a value without I/O.
///
/// `Sender` and `Receiver` stand for whoever waits for a turn to send or for a message; whoever uses the value resumes those
/// that it names.
struct WebSocketState<Sender, Receiver> {
    /// What is to be done after a step.
    struct Followup {
        /// Those whose turn to send has come.
        var next: Sender?
        /// Those who will not send any more.
        var failed: [Sender] = []
        /// Those who are to look for a message again.
        var receivers: [Receiver] = []
        /// Whether the FINAL is to be sent that ``final`` is made of.
        var sendsFinal = false
    }

    /// Why nothing can be sent any more.
    enum Ending: Equatable {
        /// The client or the worker has closed the WebSocket.
        case closed(WorkerWebSocket.Close)
        /// Nobody is there any more who could hear it.
        case abandoned
    }

    /// What comes of accepting.
    enum Acceptance: Equatable {
        /// The head is to be sent now, and the turn to be finished then.
        case now
        case already
        case over(Ending)
    }

    /// What comes of wanting to send.
    enum Admission: Equatable {
        case now
        case later
        case over(Ending)
    }

    private(set) var inbox = WebSocketInbox()
    private var outbox: WebSocketOutbox<Sender>
    private var receivers: [(ticket: Int, receiver: Receiver)] = []
    private var lastTicket = 0

    /// Whether the handshake has been answered.
    private(set) var isAccepted = false
    /// Why nothing can be sent any more; nil while it can.
    private(set) var ending: Ending?
    /// What the last word says, once it has been said or is about to be; its inner nil is a close without a code.
    private(set) var final: WorkerWebSocket.Close??
    /// Whether the worker is about to stop.
    private(set) var isGoingAway = false

    /// - Parameter credit: how many bytes of messages the gateway takes at first.
    init(credit: Int) {
        outbox = WebSocketOutbox(credit: credit)
    }

    /// The size that no message to the client can exceed.
    var largestMessage: Int { outbox.window }

    /// A number for somebody who may have to wait.
    mutating func newTicket() -> Int {
        lastTicket += 1
        return lastTicket
    }

    // MARK: Sending

    /// Accepts the WebSocket, unless that has been done.
    mutating func accept() -> Acceptance {
        if isAccepted { return .already }
        if let ending { return .over(ending) }
        isAccepted = true
        let isFirst = outbox.tryToBegin(0)
        assert(isFirst, "nothing is sent before the head")
        return .now
    }

    /// Asks for a turn to send a message.
    mutating func send(_ bytes: Int, ticket: Int, as sender: Sender) -> Admission {
        if let ending { return .over(ending) }
        return outbox.ask(for: bytes, ticket: ticket, as: sender) == .now ? .now : .later
    }

    /// Asks for a turn to send a message, without waiting; nil where it would have to wait.
    mutating func trySend(_ bytes: Int) -> Admission? {
        if let ending { return .over(ending) }
        return outbox.tryToBegin(bytes) ? .now : nil
    }

    /// Ends a turn.
    mutating func finishSending() -> Followup {
        let next = outbox.finish()
        // Whoever finishes the WebSocket while a message is on its way leaves the last word to its sender.
        return Followup(next: next, sendsFinal: final != nil)
    }

    /// Takes a sender away whose task was cancelled.
    mutating func withdrawSender(_ ticket: Int) -> Followup {
        let (withdrawn, next) = outbox.withdraw(ticket)
        return Followup(next: next, failed: withdrawn.map { [$0] } ?? [])
    }

    /// Takes note of further bytes that may be sent.
    mutating func grant(_ bytes: Int) -> Followup {
        Followup(next: outbox.grant(bytes))
    }

    // MARK: Receiving

    /// Takes in what the client sent. Where more messages wait than may, the WebSocket is closed.
    mutating func receive(_ message: WorkerWebSocket.Message) -> Followup {
        guard !inbox.isFull else {
            return finish(WorkerWebSocket.Close(.policyViolation, reason: "more messages wait than the worker keeps"))
        }
        inbox.receive(message)
        return Followup(receivers: takeReceivers())
    }

    /// Takes in that the client has closed the WebSocket. What it sent before can still be read.
    mutating func receiveClose(_ close: WorkerWebSocket.Close) -> Followup {
        inbox.end()
        return end(.closed(close))
    }

    /// The next message.
    mutating func take() -> WebSocketInbox.Taken { inbox.take() }

    /// Takes back a grant that could not be sent.
    mutating func keepUngranted(_ bytes: Int) { inbox.keepUngranted(bytes) }

    /// Remembers somebody who waits for a message; false where there is no need to.
    mutating func wait(ticket: Int, as receiver: Receiver) -> Bool {
        guard inbox.isEmpty, !inbox.isEnded else { return false }
        receivers.append((ticket, receiver))
        return true
    }

    /// Takes a receiver away whose task was cancelled.
    mutating func withdrawReceiver(_ ticket: Int) -> Followup {
        guard let index = receivers.firstIndex(where: { $0.ticket == ticket }) else { return Followup() }
        return Followup(receivers: [receivers.remove(at: index).receiver])
    }

    private mutating func takeReceivers() -> [Receiver] {
        defer { receivers = [] }
        return receivers.map(\.receiver)
    }

    // MARK: The end

    /// Lets the sequence end, as the worker is about to stop; what is still to be said can be sent.
    mutating func goAway() -> Followup {
        isGoingAway = true
        inbox.end()
        return Followup(receivers: takeReceivers())
    }

    /// Ends everything, as nobody is there any more: the client is gone, or the gateway.
    mutating func abandon() -> Followup {
        inbox.endNow()
        return end(.abandoned)
    }

    /// Says the last word, unless it has been said; what the client sent and nobody took is dropped.
    ///
    /// - Parameter close: what it says; nil for no code, as after the client's own close.
    mutating func finish(_ close: WorkerWebSocket.Close?) -> Followup {
        guard final == nil else { return Followup() }
        final = .some(close)
        inbox.endNow()
        var followup = end(.closed(close ?? WorkerWebSocket.Close(.normal)))
        followup.sendsFinal = !outbox.isSending
        return followup
    }

    private mutating func end(_ reason: Ending) -> Followup {
        if ending == nil { ending = reason }
        return Followup(failed: outbox.withdrawAll(), receivers: takeReceivers())
    }
}
