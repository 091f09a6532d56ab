import DequeModule
import SwiftZMQ
import TopicMatching
import WorkerProtocol

/// Hands the messages of publishers to all who read them, as a state machine without sockets and without a clock.
///
/// Whoever drives it tells it what happened and when (a reader came or went or took bytes, a message came, a publisher's
/// connection stood or was lost, time passed), calls ``flush()``, and carries out the ``TopicEffect``s.
///
/// A message is matched against the prefixes of the readers by a tree, written once, and shared by all who get it. What is on
/// its way to a reader is bounded by a window, and what waits for it by the buffer; who does not keep up loses the oldest, is
/// told how many, and delays nobody else.
///
/// The code is in three more files: readers (`+Readers`), what they missed (`+History`), and routes (`+Routes`).
struct TopicBroadcaster {
    /// What is kept of a prefix that readers of a route want.
    struct Prefix {
        var text: [UInt8] = []
        /// The newest message at the time from which on the prefix was listened to.
        var since: UInt64 = 0
        /// The places of the readers.
        var readers: [Int] = []
    }

    struct RouteRecord {
        var route: TopicRoute
        var tree = PrefixTree()
        /// What belongs to the numbers of the tree.
        var prefixes: [Prefix] = []
        var history: TopicHistory
        var clients = 0
        var messages = 0
        var dropped = 0

        init(_ route: TopicRoute) {
            self.route = route
            history = TopicHistory(capacity: route.history)
        }
    }

    struct Upstream {
        /// The places of the routes that listen to it.
        var routes: [Int] = []
        /// How many routes want a prefix.
        var wanted: [[UInt8]: Int] = [:]
        /// The newest message at the time when the connection came to stand; nil while there is none.
        var connectedSince: UInt64?
    }

    var configuration: TopicBroadcasterConfiguration
    var routes: SlotTable<RouteRecord>
    var routeIndex: [String: Int] = [:]
    var upstreams: [String: Upstream] = [:]
    var readers: SlotTable<TopicReader>
    var readerIndex: [RequestID: Int] = [:]
    /// The places of the readers that something is to be sent to.
    var due: [Int] = []
    /// When each reader gets its next comment, in this order.
    var comments = Deque<(time: ContinuousClock.Instant, slot: Int, id: RequestID)>()
    /// The number of the newest message of all routes.
    var lastID: UInt64
    private(set) var isDraining = false
    private(set) var effects: [TopicEffect] = []
    /// Numbers of prefixes, kept for their room.
    private var found: [Int] = []

    /// - Parameter firstID: the number before that of the first message. Far from all that an earlier process gave, so that
    ///   they can be told apart.
    init(_ configuration: TopicBroadcasterConfiguration, firstID: UInt64) {
        self.configuration = configuration
        lastID = firstID
        routes = SlotTable(vacant: RouteRecord(TopicRoute(label: "", endpoints: [], history: 0)))
        readers = SlotTable(
            vacant: TopicReader(
                RequestID(loop: 0, number: 0), TopicRequest(route: "", prefixes: []), route: 0, window: 0))
        for route in configuration.routes { add(route) }
    }

    // MARK: What happens

    /// A message came from a publisher.
    mutating func receive(_ message: Message, from endpoint: String) {
        guard let listening = upstreams[endpoint]?.routes, !listening.isEmpty else { return }
        let topic = TopicMessage.topic(of: message)
        var shared: TopicMessage?
        var found = self.found
        self.found = []
        for route in listening {
            found.removeAll(keepingCapacity: true)
            routes[route].tree.findPrefixes(of: topic.span, into: &found)
            guard !found.isEmpty else { continue }
            if shared == nil {
                lastID += 1
                shared = TopicMessage(id: lastID, topic: topic, payload: TopicMessage.payload(of: message))
            }
            guard let shared else { continue }
            routes[route].messages += 1
            routes[route].history.append(shared)
            for number in found { deliver(shared, to: number, of: route) }
        }
        self.found = found
    }

    private mutating func deliver(_ message: TopicMessage, to number: Int, of route: Int) {
        for position in routes[route].prefixes[number].readers.indices {
            let slot = routes[route].prefixes[number].readers[position]
            guard readers[slot].lastDelivered != message.id else { continue }
            readers[slot].lastDelivered = message.id
            if readers[slot].replay != nil {
                // It comes to it in the history.
                readers[slot].replay?.pending += 1
            } else {
                routes[route].dropped += readers[slot].enqueue(message, limit: configuration.readerBuffer)
            }
            markDue(slot)
        }
    }

    /// The connection to a publisher stands, or does not any more.
    mutating func connectionChanged(of endpoint: String, isConnected: Bool) {
        upstreams[endpoint]?.connectedSince = isConnected ? lastID : nil
    }

    /// A client has taken bytes.
    mutating func consumed(_ id: RequestID, bytes: Int) {
        guard let slot = readerIndex[id] else { return }
        readers[slot].inFlight = max(0, readers[slot].inFlight - bytes)
        markDue(slot)
    }

    /// Time has passed.
    mutating func advance(to now: ContinuousClock.Instant) {
        while let (time, slot, id) = comments.first, time <= now {
            comments.removeFirst()
            guard readers[slot].id == id, readerIndex[id] == slot else { continue }
            comments.append((now + configuration.commentInterval, slot, id))
            // Who does not even take what is on its way is sent nothing more.
            guard readers[slot].queue.isEmpty,
                readers[slot].inFlight + EventStreamText.comment.count <= readers[slot].window
            else { continue }
            readers[slot].inFlight += EventStreamText.comment.count
            emit(id, .piece(EventStreamText.comment))
        }
    }

    /// When ``advance(to:)`` is to be called at the latest; nil where there is nothing to be done.
    var nextDeadline: ContinuousClock.Instant? { comments.first?.time }

    /// Ends all streams, and those that are still to come at once.
    mutating func drain() {
        isDraining = true
        for (id, _) in readerIndex {
            emit(id, .end(Frame()))
            remove(id)
        }
    }

    // MARK: What is to be done

    /// Hands to the readers what came for them, as far as it may be on its way.
    mutating func flush() {
        guard !due.isEmpty else { return }
        var slots: [Int] = []
        swap(&slots, &due)
        for slot in slots where readers[slot].isDue {
            readers[slot].isDue = false
            fill(slot)
        }
        slots.removeAll(keepingCapacity: true)
        swap(&slots, &due)
    }

    /// Takes the effects that have come together, in exchange for an empty array whose room is used for the next.
    mutating func takeEffects(into taken: inout [TopicEffect]) {
        taken.removeAll(keepingCapacity: true)
        swap(&taken, &effects)
    }

    mutating func emit(_ id: RequestID, _ event: ReplyEvent) { effects.append(.emit(id, event)) }

    mutating func act(_ effect: TopicEffect) { effects.append(effect) }

    mutating func markDue(_ slot: Int) {
        guard !readers[slot].isDue else { return }
        readers[slot].isDue = true
        due.append(slot)
    }
}
