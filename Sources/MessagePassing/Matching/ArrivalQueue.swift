/// Messages in the order in which they came, some of which are taken out of the middle.
///
/// The place of one that was taken stays, empty, until half of all places are: to take the first of very many moves none of
/// the others.
struct ArrivalQueue: Sendable {
    private var places: [ReceivedMessage?] = []
    /// Before it all places are empty.
    private var start = 0
    private(set) var count = 0

    /// So few places are not worth being given up.
    private static let fewPlaces = 32

    /// All of them, in order.
    var messages: [ReceivedMessage] { places[start...].compactMap(\.self) }

    mutating func append(_ message: ReceivedMessage) {
        places.append(message)
        count += 1
    }

    /// The first that fulfils a condition.
    func first(where condition: (ReceivedMessage) -> Bool) -> ReceivedMessage? {
        firstPlace(where: condition).flatMap { places[$0] }
    }

    /// Takes out the first that fulfils a condition.
    mutating func takeFirst(where condition: (ReceivedMessage) -> Bool) -> ReceivedMessage? {
        guard let place = firstPlace(where: condition), let message = places[place] else { return nil }
        places[place] = nil
        count -= 1
        closeGaps()
        return message
    }

    private func firstPlace(where condition: (ReceivedMessage) -> Bool) -> Int? {
        places[start...].firstIndex { $0.map(condition) ?? false }
    }

    private mutating func closeGaps() {
        while start < places.count, places[start] == nil { start += 1 }
        guard places.count > Self.fewPlaces else {
            guard count == 0 else { return }
            places.removeAll(keepingCapacity: true)
            start = 0
            return
        }
        guard 2 * count < places.count else { return }
        places = places[start...].filter { $0 != nil }
        start = 0
    }
}
