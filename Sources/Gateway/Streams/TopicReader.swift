import DequeModule
import SwiftZMQ
import WorkerProtocol

/// A browser, or whoever else reads a topic stream, as the broadcaster keeps account of it.
struct TopicReader {
    let id: RequestID
    let request: TopicRequest
    /// The place of its route.
    let route: Int
    /// The most bytes that may be on their way to it; what is beyond that waits in the queue.
    let window: Int

    /// The messages that wait, the oldest first.
    var queue = Deque<TopicMessage>()
    /// Their bytes.
    var queuedBytes = 0
    /// How much of the first of them is on its way already.
    var offset = 0
    /// The bytes on their way, of which it is not known that the client took them.
    var inFlight = 0
    /// How many messages were dropped, of which the client has not been told yet.
    var untold = 0
    /// The message that it got last: one that several of its prefixes match comes once.
    var lastDelivered: UInt64 = 0
    /// What it is to get out of the history, before what comes from now on.
    var replay: Replay?
    /// Whether it is in the list of those that something is to be sent to.
    var isDue = false

    /// A way through the history, which costs no memory of the reader's own.
    struct Replay {
        /// The number of the message that was taken last.
        var position: UInt64
        /// How many messages are to follow, those that have come meanwhile among them.
        var pending: Int
    }

    init(_ id: RequestID, _ request: TopicRequest, route: Int, window: Int) {
        self.id = id
        self.request = request
        self.route = route
        self.window = window
    }

    /// Puts a message into the queue.
    ///
    /// - Parameter limit: how many bytes may wait and be on their way. What is beyond that is dropped, the oldest first; but
    ///   the newest alone always may wait, and one that is partly on its way is not broken off.
    /// - Returns: how many messages were dropped.
    mutating func enqueue(_ message: TopicMessage, limit: Int) -> Int {
        queue.append(message)
        queuedBytes += message.text(for: request.kind).count
        let oldest = offset > 0 ? 1 : 0
        var dropped = 0
        while queue.count > oldest + 1, inFlight + queuedBytes - offset > limit {
            queuedBytes -= queue.remove(at: oldest).text(for: request.kind).count
            dropped += 1
        }
        untold += dropped
        return dropped
    }

    /// Takes the next bytes for the client, as many as may be on their way; nil where that is none.
    ///
    /// - Parameter most: so many bytes are put together at a time.
    mutating func takePiece(most: Int) -> Frame? {
        var parts: [Frame] = []
        var size = 0
        while size < most, let part = takePart(room: window - inFlight) {
            parts.append(part)
            size += part.count
            inFlight += part.count
        }
        return parts.isEmpty ? nil : Frame(joining: parts)
    }

    private mutating func takePart(room: Int) -> Frame? {
        if untold > 0, offset == 0 {
            guard let text = request.kind.dropped(untold) else {
                untold = 0
                return takePart(room: room)
            }
            // Not before what follows can go as well: more may be dropped until then, and it is told once.
            let following = queue.first?.text(for: request.kind).count ?? 0
            guard text.count + following <= room || room >= max(text.count, window / 2) || inFlight == 0 else {
                return nil
            }
            untold = 0
            return text
        }
        guard let message = queue.first else { return nil }
        let text = message.text(for: request.kind)
        let left = text.count - offset
        // A message that does not fit goes in parts, and a part is worth its while; that of a WebSocket goes whole, as
        // nothing may come between its parts. What the client has taken is told in quarters of the window, so that there
        // comes to be as much room.
        guard left <= room || room >= max(1, window / 2) else { return nil }
        let part = request.kind.isWebSocket ? left : min(left, room)
        let whole = offset == 0 && part == left
        let from = offset
        if part == left {
            queue.removeFirst()
            queuedBytes -= text.count
            offset = 0
        } else {
            offset += part
        }
        if whole { return text }
        return text.withUnsafeBytes { Frame(copying: UnsafeRawBufferPointer(rebasing: $0[from..<from + part])) }
    }
}
