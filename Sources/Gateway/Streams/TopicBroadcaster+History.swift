import DequeModule
import SwiftZMQ
import TopicMatching

extension TopicBroadcaster {
    /// Finds what a reader that comes back has missed, and lets it begin with that.
    ///
    /// - Returns: whether something is missing that the history does not have, or may be.
    mutating func recall(_ reader: inout TopicReader) -> Bool {
        let position: UInt64
        let isComplete: Bool
        switch reader.request.position {
        case .now: return false
        case .unreadable:
            position = 0
            isComplete = false
        case .after(let id):
            // One that has not been given yet is another process's, and nothing of this one's has been seen.
            position = id > lastID ? 0 : id
            isComplete =
                routes[reader.route].history.hasAll(after: id) && isListenedTo(reader.request, reader.route, since: id)
        }
        let pending = count(after: position, for: reader)
        if pending > 0 { reader.replay = TopicReader.Replay(position: position, pending: pending) }
        return !isComplete
    }

    /// Whether all that a reader wants has been listened to since a message came.
    private func isListenedTo(_ request: TopicRequest, _ route: Int, since id: UInt64) -> Bool {
        for endpoint in routes[route].route.endpoints {
            guard let since = upstreams[endpoint]?.connectedSince, since < id else { return false }
        }
        return request.prefixes.allSatisfy { prefix in listenedSince(prefix, route).map { $0 < id } ?? false }
    }

    /// The newest message at the time from which on the topics that begin with a prefix have been listened to without a
    /// break; nil where they are not.
    func listenedSince(_ prefix: [UInt8], _ route: Int) -> UInt64? {
        var numbers: [Int] = []
        routes[route].tree.findPrefixes(of: prefix.span, into: &numbers)
        return numbers.map { routes[route].prefixes[$0].since }.min()
    }

    /// How many messages of the history a reader wants from a number on.
    private func count(after position: UInt64, for reader: TopicReader) -> Int {
        let history = routes[reader.route].history
        return history.messages[history.index(after: position)...].count { reader.request.wants($0.topic) }
    }

    /// Counts what the history has forgotten before a reader came to it.
    mutating func noteOvertaken(_ slot: Int) {
        guard let replay = readers[slot].replay else { return }
        let route = readers[slot].route
        guard let forgotten = routes[route].history.forgotten, forgotten > replay.position else { return }
        let left = count(after: forgotten, for: readers[slot])
        let lost = replay.pending - left
        readers[slot].untold += lost
        routes[route].dropped += lost
        readers[slot].replay = left > 0 ? TopicReader.Replay(position: forgotten, pending: left) : nil
    }

    /// Puts the next message of the history into a reader's queue, where that is empty.
    mutating func takeFromHistory(_ slot: Int) {
        // What was lost is told in its place: behind what waits already.
        guard readers[slot].queue.isEmpty else { return }
        noteOvertaken(slot)
        guard var replay = readers[slot].replay else { return }
        let route = readers[slot].route
        let request = readers[slot].request
        var index = routes[route].history.index(after: replay.position)
        while index < routes[route].history.messages.count {
            let message = routes[route].history.messages[index]
            replay.position = message.id
            index += 1
            guard request.wants(message.topic) else { continue }
            replay.pending -= 1
            readers[slot].replay = replay.pending > 0 ? replay : nil
            _ = readers[slot].enqueue(message, limit: configuration.readerBuffer)
            return
        }
        readers[slot].replay = nil
    }
}
