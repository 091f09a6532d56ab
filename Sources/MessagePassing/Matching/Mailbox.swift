/// The messages that have come and that nobody has received, and the receives that wait for messages.
///
/// Messages of one sender are taken in the order in which they came, and receives in the order in which they were posted.
struct Mailbox: Sendable {
    /// What names a receive that waits.
    typealias Ticket = UInt64

    private struct Waiting: Sendable {
        let ticket: Ticket
        let pattern: MessagePattern
        /// Whether it only looks, and leaves the message where it is.
        let isProbe: Bool
    }

    private var waiting: [Waiting] = []
    private var arrivals = ArrivalQueue()

    /// The messages that nobody has received.
    var unexpected: [ReceivedMessage] { arrivals.messages }

    /// Takes a message in; who gets to see it: all that look for one like it, and the first that receives.
    mutating func arrived(_ message: ReceivedMessage) -> [Ticket] {
        guard !waiting.isEmpty else {
            arrivals.append(message)
            return []
        }
        var served: [Ticket] = []
        var isTaken = false
        waiting.removeAll { waiting in
            guard waiting.pattern.matches(message), waiting.isProbe || !isTaken else { return false }
            isTaken = isTaken || !waiting.isProbe
            served.append(waiting.ticket)
            return true
        }
        if !isTaken { arrivals.append(message) }
        return served
    }

    /// Receives, or looks for, the first message of a pattern; without one the ticket waits.
    mutating func post(_ pattern: MessagePattern, as ticket: Ticket, isProbe: Bool = false) -> ReceivedMessage? {
        if let message = first(of: pattern, removing: !isProbe) { return message }
        waiting.append(Waiting(ticket: ticket, pattern: pattern, isProbe: isProbe))
        return nil
    }

    /// The first message of a pattern that has come.
    mutating func first(of pattern: MessagePattern, removing: Bool) -> ReceivedMessage? {
        removing ? arrivals.takeFirst(where: pattern.matches) : arrivals.first(where: pattern.matches)
    }

    /// Takes back a receive; false if it does not wait any more.
    mutating func cancel(_ ticket: Ticket) -> Bool {
        guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return false }
        waiting.remove(at: index)
        return true
    }

    /// Takes back all that fulfil a condition on their source; nil stands for any.
    mutating func cancelAll(where condition: (_ source: Int?) -> Bool = { _ in true }) -> [Ticket] {
        let tickets = waiting.filter { condition($0.pattern.source) }.map(\.ticket)
        waiting.removeAll { condition($0.pattern.source) }
        return tickets
    }
}
