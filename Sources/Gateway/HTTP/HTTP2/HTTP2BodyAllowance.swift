import DequeModule
import NIOHTTP2

/// Decides which requests of a connection may send more of their bodies than the first window of a stream: so many that
/// those bodies together keep within a bound, in the order in which they asked.
///
/// Bodies are kept until they are whole, so that without this a connection could have as many of the largest as it has
/// streams. Those that are not let in wait, as flow control has it; nothing is refused. One is always let in, and each has
/// its deadline, so that the next are sure to have their turn.
struct HTTP2BodyAllowance {
    /// The bytes that the bodies let in may have together; more only where one alone does.
    let bound: Int
    private var admitted: [HTTP2StreamID: Int] = [:]
    private var admittedBytes = 0
    private var waiting = Deque<(id: HTTP2StreamID, size: Int)>()

    init(bound: Int) {
        self.bound = bound
    }

    /// Whether a request may send its whole body, of so many bytes at most. If not, it waits until ``admitNext()`` names it.
    mutating func admits(_ id: HTTP2StreamID, size: Int) -> Bool {
        if admitted[id] != nil { return true }
        if waiting.contains(where: { $0.id == id }) { return false }
        guard waiting.isEmpty, hasRoom(for: size) else {
            waiting.append((id, size))
            return false
        }
        admit(id, size)
        return true
    }

    /// Lets in the next of those that wait, if there is room for it.
    mutating func admitNext() -> HTTP2StreamID? {
        guard let next = waiting.first, hasRoom(for: next.size) else { return nil }
        waiting.removeFirst()
        admit(next.id, next.size)
        return next.id
    }

    /// A request has its whole body, or needs it no more.
    mutating func remove(_ id: HTTP2StreamID) {
        if let size = admitted.removeValue(forKey: id) {
            admittedBytes -= size
        } else if !waiting.isEmpty {
            waiting.removeAll { $0.id == id }
        }
    }

    private func hasRoom(for size: Int) -> Bool { admitted.isEmpty || size <= bound - admittedBytes }

    private mutating func admit(_ id: HTTP2StreamID, _ size: Int) {
        admitted[id] = size
        admittedBytes += size
    }
}
