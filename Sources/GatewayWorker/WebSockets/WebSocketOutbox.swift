/// Who may send on a WebSocket, and when: one sender at a time, in the order in which they came, each once the gateway has
/// granted all bytes of its message. A value without I/O.
struct WebSocketOutbox<Sender> {
    /// Whether a sender may go on.
    enum Turn: Equatable {
        /// It sends now, and calls ``finish()`` when it has.
        case now
        /// It waits until it is named by ``finish()``, ``grant(_:)`` or ``withdraw(_:)``, and sends then.
        case later
    }

    private struct Entry {
        let ticket: Int
        let bytes: Int
        let sender: Sender
    }

    /// The bytes granted at first, above which no message can ever be granted.
    let window: Int
    private var available: Int
    private var waiting: [Entry] = []
    /// Whether a sender has its turn.
    private(set) var isSending = false

    /// - Parameter credit: the bytes granted at first.
    init(credit: Int) {
        window = credit
        available = credit
    }

    /// Whether a message could be sent at once.
    private func hasRoom(for bytes: Int) -> Bool { !isSending && bytes <= available }

    private mutating func begin(_ bytes: Int) {
        isSending = true
        available -= bytes
    }

    /// Asks for a turn for a message; where it comes later, the sender is remembered under a ticket of its own.
    mutating func ask(for bytes: Int, ticket: Int, as sender: Sender) -> Turn {
        guard waiting.isEmpty, hasRoom(for: bytes) else {
            waiting.append(Entry(ticket: ticket, bytes: bytes, sender: sender))
            return .later
        }
        begin(bytes)
        return .now
    }

    /// Asks for a turn that comes now or not at all.
    mutating func tryToBegin(_ bytes: Int) -> Bool {
        guard waiting.isEmpty, hasRoom(for: bytes) else { return false }
        begin(bytes)
        return true
    }

    /// Ends a turn, and tells whose is next.
    mutating func finish() -> Sender? {
        isSending = false
        return next()
    }

    /// Adds to what may be sent, and tells who does so now.
    mutating func grant(_ bytes: Int) -> Sender? {
        available = Int(clamping: Int128(available) + Int128(bytes))
        return next()
    }

    /// Takes a sender away that waits no more, and tells who sends now, as it may have stood in the way of another.
    mutating func withdraw(_ ticket: Int) -> (withdrawn: Sender?, next: Sender?) {
        guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return (nil, nil) }
        let withdrawn = waiting.remove(at: index).sender
        return (withdrawn, next())
    }

    /// Takes all away that wait.
    mutating func withdrawAll() -> [Sender] {
        defer { waiting = [] }
        return waiting.map(\.sender)
    }

    private mutating func next() -> Sender? {
        guard let first = waiting.first, hasRoom(for: first.bytes) else { return nil }
        waiting.removeFirst()
        begin(first.bytes)
        return first.sender
    }
}
