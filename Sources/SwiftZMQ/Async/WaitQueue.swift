/// Names one waiter of a socket. Tickets are drawn in the order in which waiters ask, and served in that order.
struct Ticket: Comparable, Sendable {
    let number: UInt64

    static func < (one: Ticket, other: Ticket) -> Bool { one.number < other.number }
}

/// Those who wait for one direction of a socket: first come, first served, and any of them may leave at any time.
struct WaitQueue<Waiter> {
    private struct Place {
        let ticket: Ticket
        let deadline: Moment?
        /// Nil once the waiter has been served or has left.
        var waiter: Waiter?
    }

    // Ordered by ticket. Waiters that were served leave empty places at the front, those that gave up leave them anywhere.
    // The empty places are removed whenever they outnumber the others, so that the cost of a waiter does not grow with the
    // number of those that were there before it.
    private var places: [Place] = []
    private var front = 0
    private(set) var count = 0

    /// As long as there are no more places than these, removing the empty ones is not worth the work.
    private static var keptPlaces: Int { 64 }

    var isEmpty: Bool { count == 0 }

    mutating func append(_ waiter: Waiter, ticket: Ticket, deadline: Moment?) {
        var index = places.count
        // A ticket is drawn just before its waiter queues, so this loop hardly ever runs.
        while index > front, places[index - 1].ticket > ticket { index -= 1 }
        let place = Place(ticket: ticket, deadline: deadline, waiter: waiter)
        if index == places.count { places.append(place) } else { places.insert(place, at: index) }
        count += 1
    }

    /// The waiter whose turn it is.
    var first: Waiter? {
        mutating get {
            skipEmptyPlaces()
            return front < places.count ? places[front].waiter : nil
        }
    }

    /// Whether it is a waiter's turn.
    mutating func isFirst(_ ticket: Ticket) -> Bool {
        skipEmptyPlaces()
        return front < places.count && places[front].ticket == ticket
    }

    mutating func removeFirst() -> Waiter? {
        skipEmptyPlaces()
        guard front < places.count else { return nil }
        return take(front)
    }

    /// Removes a waiter that leaves; nil when it has been served already.
    mutating func remove(_ ticket: Ticket) -> Waiter? {
        var low = front
        var high = places.count
        while low < high {
            let middle = (low + high) / 2
            if places[middle].ticket < ticket { low = middle + 1 } else { high = middle }
        }
        guard low < places.count, places[low].ticket == ticket else { return nil }
        return take(low)
    }

    /// Removes every waiter that a closure picks, in order.
    mutating func removeAll(where picked: (Waiter) -> Bool) -> [Waiter] {
        removeAll { waiter, _ in picked(waiter) }
    }

    /// Removes everyone, in order.
    mutating func removeAll() -> [Waiter] {
        removeAll { _ in true }
    }

    /// Removes those whose deadline has come.
    mutating func removeOverdue(at now: Moment) -> [Waiter] {
        removeAll { _, deadline in deadline.map { $0 <= now } ?? false }
    }

    private mutating func removeAll(where picked: (Waiter, Moment?) -> Bool) -> [Waiter] {
        var removed: [Waiter] = []
        for index in front..<places.count {
            guard let waiter = places[index].waiter, picked(waiter, places[index].deadline) else { continue }
            places[index].waiter = nil
            removed.append(waiter)
        }
        count -= removed.count
        discardEmptyPlaces()
        return removed
    }

    /// Whether a closure picks one of those who wait.
    func contains(where picked: (Waiter) -> Bool) -> Bool {
        places[front...].contains { $0.waiter.map(picked) ?? false }
    }

    /// The earliest deadline of those who wait.
    var earliestDeadline: Moment? {
        places[front...].lazy.filter { $0.waiter != nil }.compactMap(\.deadline).min()
    }

    private mutating func take(_ index: Int) -> Waiter? {
        guard let waiter = places[index].waiter else { return nil }
        places[index].waiter = nil
        count -= 1
        discardEmptyPlaces()
        return waiter
    }

    private mutating func discardEmptyPlaces() {
        if count == 0 {
            places.removeAll(keepingCapacity: places.count <= Self.keptPlaces)
            front = 0
        } else if places.count > Self.keptPlaces, places.count > 2 * count {
            places.removeAll { $0.waiter == nil }
            front = 0
        }
    }

    private mutating func skipEmptyPlaces() {
        while front < places.count, places[front].waiter == nil { front += 1 }
    }
}
