import DequeModule

/// The last messages of a route, for readers that come back and say which was the last they got.
struct TopicHistory {
    /// The most messages that are kept.
    private(set) var capacity: Int
    /// Those that are kept, the oldest first.
    private(set) var messages = Deque<TopicMessage>()
    /// The number of the newest message that is not kept any more.
    private(set) var forgotten: UInt64?
    /// The number of the newest message.
    private(set) var last: UInt64?

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Keeps a message, and forgets the oldest if there are too many.
    mutating func append(_ message: TopicMessage) {
        last = message.id
        messages.append(message)
        forgetSurplus()
    }

    /// Keeps more messages from now on, or fewer.
    mutating func setCapacity(_ capacity: Int) {
        self.capacity = capacity
        forgetSurplus()
    }

    private mutating func forgetSurplus() {
        while messages.count > capacity { forgotten = messages.removeFirst().id }
    }

    /// The place of the first message with a greater number; that of the end if there is none.
    func index(after id: UInt64) -> Int {
        var low = 0
        var high = messages.count
        while low < high {
            let middle = (low + high) / 2
            if messages[middle].id <= id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Whether a number was given to a message of this route, and every later one of the route is kept.
    func hasAll(after id: UInt64) -> Bool {
        if id == forgotten { return true }
        if let forgotten, id < forgotten { return false }
        let next = index(after: id)
        return next > 0 && messages[next - 1].id == id
    }
}
