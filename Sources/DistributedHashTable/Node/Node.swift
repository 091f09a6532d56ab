/// A node of the table as a state machine: it is told of messages and of the time, and says what is to be sent.
///
/// It has no sockets and no clock, and its random numbers are given to it. Whoever drives it
///
/// - hands it what arrives: ``receive(_:from:now:)``;
/// - tells it the time when ``nextTick`` has come: ``tick(now:)``;
/// - sends what is in the ``outbox``, and reads the ``events``, after each of these, with ``takeOutbox(into:)`` and
///   ``takeEvents()``.
public struct Node: Sendable {
    /// Its identifier.
    public let id: NodeID
    /// Where others reach it; nil for one that only asks, of which nobody takes notice.
    public let address: PeerAddress?
    /// Tells this start of the node from others.
    let incarnation: UInt32
    /// How it behaves.
    public let settings: NodeSettings
    /// What is to be sent.
    public internal(set) var outbox: [Outgoing] = []
    /// What has happened.
    public internal(set) var events: [NodeEvent] = []

    var random: any RandomNumberGenerator & Sendable
    var table: RoutingTable
    var values: ValueStore
    var tokens: StoreTokens
    var rates: PeerRates
    var roundTrips: RoundTripEstimate
    /// When an answer was last late.
    var lastLateness = Instant.start
    var lapsed = LapsedContacts()

    /// A time at which a request is late, or has failed.
    struct RequestTimer: Sendable {
        let request: UInt64
        let isFinal: Bool
    }

    var pending: [UInt64: PendingRequest] = [:]
    var timers = TimerQueue<RequestTimer>()
    var tasks: [UInt32: NodeTask] = [:]
    var lastTask: UInt32 = 0
    var lastOperation: UInt64 = 0
    /// What is to be looked up when nothing more urgent is.
    var waitingTasks: [(goal: NodeTask.Goal, target: NodeID)] = []
    var backgroundTasks = 0

    /// Through whom the network is joined.
    var bootstraps: [PeerAddress] = []
    var hasJoined = false
    /// Whether it was told that another node has the same identifier.
    var hasToldOfDouble = false
    /// When it is to look for its neighbours again, and when it last did.
    var nextLookForNeighbours = Instant.never
    var lastLookForNeighbours = Instant.start
    /// How many have answered again that had fallen silent, since when they had been silent, and when it is next considered
    /// what that means.
    var returned = 0
    var silentSince = Instant.never
    var nextMending = Instant.start
    /// Those who are being asked whether they are there. By their addresses, too: a node may be asked where it is not, as
    /// somebody has said so.
    var probing: Set<Contact> = []
    /// Those to whom values were handed lately: at which of their starts, and when.
    var handedTo: [NodeID: (incarnation: UInt32, time: Instant)] = [:]
    /// Those to whom values are to be handed once they have given a token, and since when those values are here.
    var awaitingToken: [NodeID: Instant] = [:]
    /// What is being handed to whom.
    var handOvers: [NodeID: HandOver] = [:]
    var nextHousekeeping: Instant
    var leaving: Leaving?

    /// A node that knows nobody yet.
    ///
    /// - Parameters:
    ///   - id: its identifier: random, or with CURVE the digest of its public key.
    ///   - address: where others reach it; nil for one that only asks.
    ///   - random: where its random numbers come from; those of a node that others reach must be unforeseeable.
    public init(
        id: NodeID, address: PeerAddress?, settings: NodeSettings = NodeSettings(),
        random: any RandomNumberGenerator & Sendable, now: Instant
    ) {
        precondition(
            (1...MessageKind.mostContacts).contains(settings.replication), "replication is from 1 to 64")
        self.id = id
        self.address = address
        self.settings = settings
        self.random = random
        table = RoutingTable(own: id, bucketSize: settings.replication, now: now)
        values = ValueStore(mostValues: settings.mostValues, mostBytes: settings.mostValueBytes)
        rates = PeerRates(
            perSecond: settings.mostMessagesPerSecond, atOnce: settings.mostMessagesAtOnce, capacity: 4096)
        roundTrips = RoundTripEstimate(least: settings.leastPatience, most: settings.mostPatience)
        tokens = StoreTokens(using: &self.random, now: now)
        // As random as the secret, of which it tells nothing.
        incarnation = UInt32(truncatingIfNeeded: tokens.token(for: id, at: IPAddress(v4: 0)))
        nextHousekeeping = now + settings.housekeepingInterval.jittered(using: &self.random)
    }

    /// Moves the messages that are to be sent into an array of the driver's, whose memory is used again.
    public mutating func takeOutbox(into messages: inout [Outgoing]) {
        messages.removeAll(keepingCapacity: true)
        swap(&messages, &outbox)
    }

    /// The events since the last time.
    public mutating func takeEvents() -> [NodeEvent] {
        defer { events = [] }
        return events
    }

    /// What is to be sent, what has happened, and when the node is next to be told the time, in one step: a getter would
    /// copy the node out of an array.
    mutating func takeAll(into messages: inout [Outgoing], _ events: inout [NodeEvent]) -> Instant {
        messages.removeAll(keepingCapacity: true)
        events.removeAll(keepingCapacity: true)
        if !outbox.isEmpty { swap(&messages, &outbox) }
        if !self.events.isEmpty { swap(&events, &self.events) }
        return nextTick
    }

    /// When the node is next to be told the time.
    public var nextTick: Instant { min(timers.nextTime, nextHousekeeping) }

    /// Notes the time: what has not been answered is given up, and what is due is done.
    public mutating func tick(now: Instant) {
        while timers.nextTime <= now {
            let timer = timers.removeFirst()
            if timer.isFinal { expire(timer.request, now: now) } else { noteLate(timer.request, now: now) }
        }
        // Those of requests that were answered meanwhile are nothing to wake up for.
        while let timer = timers.first, pending[timer.request] == nil { timers.removeFirst() }
        if now >= nextHousekeeping { keepHouse(now: now) }
    }

    /// Takes a message.
    public mutating func receive(_ message: PeerMessage, from source: MessageSource, now: Instant) {
        guard message.sender != id else { return takeOwn(message, from: source, now: now) }
        switch source {
        case .connection(let host, let number, let key):
            guard message.isRequest else { return }
            // A part of a key tells it from others as well as the whole: it is random.
            guard rates.admit(key.isNone ? number : key.first, now: now) else { return }
            guard !settings.requiresKeys || NodeID(hashing: key.bytes) == message.sender else { return }
            serve(message, host: host, connection: number, key: key, now: now)
        case .address(let address):
            guard !message.isRequest else { return }
            takeAnswer(message, from: address, now: now)
        }
    }
}

extension Node {
    /// The nodes that it knows.
    public var contactCount: Int { table.count }

    /// The keys whose values it keeps, copies apart, in order.
    public var keptKeys: [NodeID] { values.entries.filter { !$0.value.isCopy }.keys.sorted() }

    /// The value that it keeps itself, copies included; nil for none.
    public func keptValue(of key: NodeID, now: Instant) -> StoredValue? { values.value(of: key, now: now)?.value }

    /// The known nodes nearest to an identifier, nearest first.
    public func knownNeighbours(of id: NodeID, _ count: Int) -> [Contact] { table.nearest(to: id, count) }
}
