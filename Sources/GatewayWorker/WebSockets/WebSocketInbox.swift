/// What a WebSocket's client has sent and nobody has taken yet, and what the gateway is to be granted for what was taken. A
/// value without I/O.
struct WebSocketInbox {
    /// What comes of looking for a message.
    enum Taken: Equatable {
        /// A message, and how many bytes are to be granted now; as a rule those of the message.
        case message(WorkerWebSocket.Message, grant: Int)
        /// Nothing has come yet.
        case nothing
        /// Nothing will come any more.
        case ended
    }

    /// Grants are collected up to this many bytes while further messages are there: many small ones would otherwise be
    /// answered by as many commands.
    static let grantThreshold = 16 * 1024

    /// The most messages that may wait. Credit counts the bytes of messages, so that empty ones could come without end.
    static let capacity = 65_536

    /// Those that have been taken are nil until they are removed, many at a time.
    private var messages: [WorkerWebSocket.Message?] = []
    private var taken = 0
    private var ungranted = 0
    private(set) var isEnded = false

    /// Whether there is nothing to take.
    var isEmpty: Bool { messages.isEmpty }

    /// Whether a further message would be more than may wait.
    var isFull: Bool { messages.count - taken >= Self.capacity }

    /// Keeps a message until it is taken; one that comes after the end is dropped.
    mutating func receive(_ message: WorkerWebSocket.Message) {
        guard !isEnded else { return }
        messages.append(message)
    }

    /// Takes the oldest message.
    mutating func take() -> Taken {
        guard taken < messages.count, let message = messages[taken] else { return isEnded ? .ended : .nothing }
        messages[taken] = nil
        taken += 1
        if taken == messages.count {
            messages.removeAll(keepingCapacity: messages.capacity <= 64)
            taken = 0
        } else if taken >= 64 {
            messages.removeFirst(taken)
            taken = 0
        }
        guard !isEnded else { return .message(message, grant: 0) }
        ungranted += message.size
        // Always when nothing is left: the gateway may hold a message that is larger than what was granted so far.
        guard messages.isEmpty || ungranted >= Self.grantThreshold else { return .message(message, grant: 0) }
        defer { ungranted = 0 }
        return .message(message, grant: ungranted)
    }

    /// Takes back a grant that could not be sent; it goes with the next one.
    mutating func keepUngranted(_ bytes: Int) {
        ungranted += bytes
    }

    /// Lets nothing in any more. What has come already can still be taken.
    mutating func end() {
        isEnded = true
    }

    /// Lets nothing in any more, and drops what has come.
    mutating func endNow() {
        isEnded = true
        messages = []
        taken = 0
    }
}
