/// Nodes, a network between them and a clock, all of them simulated: the same seed gives the same history.
///
/// Nodes are known by numbers, in the order in which they were added. A number is never used again.
public struct Simulation: Sendable {
    /// The time.
    public private(set) var now = Instant.start
    /// What happens to messages from now on.
    public var network: SimulatedNetwork
    /// How nodes behave that are added from now on.
    public var settings: NodeSettings
    /// Random numbers for whoever decides what happens to the network.
    public var random: SeededRandom
    /// How many messages were sent.
    public private(set) var messageCount = 0
    /// What nodes have told, in order, with the time; whoever reads it may empty it.
    public var log: [(time: Instant, node: Int, event: NodeEvent)] = []

    // Not optional ones: whether a node is there is asked for with every message, and would copy it.
    private var nodes: [Node] = []
    private var isThere: [Bool] = []
    private var sides: [UInt8] = []
    private var wakes: [Instant] = []
    private var queue = TimerQueue<Happening>()
    private var underWay = Pool<Envelope>()
    /// Those that are no nodes, and what they answer.
    private var impostors: [UInt32: Impostor] = [:]
    /// What a node has to send and to tell: one array each for all of them.
    private var outgoing: [Outgoing] = []
    private var told: [NodeEvent] = []

    /// Messages are kept apart from the queue, whose elements are moved often.
    private enum Happening: Sendable {
        case arrival(UInt32)
        case wake(UInt32)
    }

    private struct Envelope: Sendable {
        let message: PeerMessage
        let from: UInt32
        let to: UInt32
    }

    /// An empty network.
    public init(seed: UInt64, network: SimulatedNetwork = SimulatedNetwork(), settings: NodeSettings = NodeSettings()) {
        random = SeededRandom(seed: seed)
        self.network = network
        self.settings = settings
    }

    /// How many nodes were ever added.
    public var addedCount: Int { nodes.count }

    /// A node; nil when it has been removed.
    public func node(_ number: Int) -> Node? { isThere[number] ? nodes[number] : nil }

    /// Whether a node is there and has joined.
    func hasJoined(_ number: Int) -> Bool { isThere[number] && nodes[number].hasJoined }

    /// Where a node is reached.
    public static func address(of number: Int) -> PeerAddress {
        PeerAddress(host: IPAddress(v4: 0x0A00_0000 + UInt32(number)), port: 1)
    }

    private static func number(of address: PeerAddress) -> UInt32 {
        UInt32(truncatingIfNeeded: address.host.low) &- 0x0A00_0000
    }

    /// Adds a node, which joins through others.
    ///
    /// - Parameters:
    ///   - id: its identifier; nil, the default, for a random one.
    ///   - side: the side of a cut on which it is; see ``move(_:to:)``. Default 0.
    /// - Returns: its number.
    @discardableResult
    public mutating func add(joiningThrough others: [Int], id: NodeID? = nil, side: UInt8 = 0) -> Int {
        let number = nodes.count
        let id = id ?? NodeID.random(using: &random)
        nodes.append(
            Node(
                id: id, address: Self.address(of: number), settings: settings,
                random: SeededRandom(seed: random.next()), now: now))
        isThere.append(true)
        sides.append(side)
        wakes.append(.never)
        with(number) { node, now in node.join(through: others.map(Self.address), now: now) }
        return number
    }

    /// What somebody answers to a request who only looks like a node; nil for nothing.
    typealias Impostor = @Sendable (PeerMessage) -> PeerMessage.Body?

    /// Adds somebody who is no node, but answers as if it were one.
    mutating func addImpostor(_ id: NodeID, answering answer: @escaping Impostor) -> Int {
        let number = nodes.count
        nodes.append(Node(id: id, address: nil, random: SeededRandom(seed: 0), now: now))
        isThere.append(true)
        sides.append(0)
        wakes.append(.never)
        impostors[UInt32(number)] = answer
        return number
    }

    /// Removes a node without a word to anybody. What is under way to it is lost.
    public mutating func remove(_ number: Int) {
        guard isThere[number] else { return }
        isThere[number] = false
        // In its place stands one that has nothing.
        nodes[number] = Node(id: nodes[number].id, address: nil, random: SeededRandom(seed: 0), now: now)
    }

    /// Starts a node anew at its address, with nothing but its identifier, as it would be with the keys that it had.
    mutating func restart(_ number: Int, joiningThrough others: [Int]) {
        nodes[number] = Node(
            id: nodes[number].id, address: Self.address(of: number), settings: settings,
            random: SeededRandom(seed: random.next()), now: now)
        isThere[number] = true
        wakes[number] = .never
        with(number) { node, now in node.join(through: others.map(Self.address), now: now) }
    }

    /// Cuts the network in parts, or joins them: messages reach only nodes of the same side. All begin on side 0.
    public mutating func move(_ number: Int, to side: UInt8) { sides[number] = side }

    /// The side on which a node is.
    func side(of number: Int) -> UInt8 { sides[number] }

    /// Lets a node do something, and sends what it says. Does nothing if it has been removed.
    public mutating func with(_ number: Int, _ body: (inout Node, Instant) -> Void) {
        guard isThere[number] else { return }
        body(&nodes[number], now)
        collect(number)
    }

    /// Hands a node a message that no other has sent.
    public mutating func inject(_ message: PeerMessage, from source: MessageSource, to number: Int) {
        with(number) { node, now in node.receive(message, from: source, now: now) }
    }

    /// Lets time pass.
    public mutating func run(for span: Instant.Span) { run(until: now + span) }

    /// Lets time pass, and everything happen that is due until then.
    public mutating func run(until end: Instant) {
        while queue.nextTime <= end { happen() }
        now = max(now, end)
    }

    /// Lets time pass until something is the case, or a time has passed; whether it is the case.
    public mutating func run(atMost span: Instant.Span, until condition: (borrowing Simulation) -> Bool) -> Bool {
        let end = now + span
        while !condition(self) {
            guard queue.nextTime <= end else {
                now = end
                return condition(self)
            }
            happen()
        }
        return true
    }

    private mutating func happen() {
        now = max(now, queue.nextTime)
        switch queue.removeFirst() {
        case .arrival(let place):
            let envelope = underWay.take(place)
            let number = Int(envelope.to)
            guard isThere[number] else { return }
            if !impostors.isEmpty, let answer = impostors[envelope.to] {
                guard let body = answer(envelope.message) else { return }
                let message = PeerMessage(number: envelope.message.number, sender: nodes[number].id, body: body)
                return send(message, from: number, to: envelope.from)
            }
            let source: MessageSource =
                envelope.message.isRequest
                ? .connection(
                    Self.address(of: Int(envelope.from)).host, number: UInt64(envelope.from), key: .none)
                : .address(Self.address(of: Int(envelope.from)))
            nodes[number].receive(envelope.message, from: source, now: now)
            collect(number)
        case .wake(let node):
            let number = Int(node)
            guard isThere[number], wakes[number] <= now else { return }
            wakes[number] = .never
            nodes[number].tick(now: now)
            collect(number)
        }
    }

    /// Sends what a node has to send, notes what it tells, and when it wants to be woken.
    private mutating func collect(_ number: Int) {
        let next = nodes[number].takeAll(into: &outgoing, &told)
        for place in outgoing.indices {
            switch outgoing[place] {
            case .request(let message, let address): send(message, from: number, to: Self.number(of: address))
            case .answer(let message, let connection):
                send(message, from: number, to: UInt32(truncatingIfNeeded: connection))
            }
        }
        for event in told { log.append((now, number, event)) }
        guard next < wakes[number] else { return }
        wakes[number] = next
        queue.add(.wake(UInt32(number)), at: next)
    }

    private mutating func send(_ message: PeerMessage, from sender: Int, to receiver: UInt32) {
        messageCount += 1
        guard Int(receiver) < nodes.count, isThere[Int(receiver)], sides[sender] == sides[Int(receiver)] else {
            return
        }
        if network.loss > 0, chance(network.loss) { return }
        post(message, from: sender, to: receiver)
        if network.duplication > 0, chance(network.duplication) { post(message, from: sender, to: receiver) }
    }

    private mutating func post(_ message: PeerMessage, from sender: Int, to receiver: UInt32) {
        var message = message
        if network.encodes {
            guard let read = try? PeerMessage(message.encoded), read == message else {
                preconditionFailure("a message is not what it was before it was written: \(message)")
            }
            message = read
        }
        let (least, most) = (network.latency.lowerBound.microseconds, network.latency.upperBound.microseconds)
        let latency = least + Int64(random.next() % UInt64(max(most - least, 0) + 1))
        let place = underWay.put(Envelope(message: message, from: UInt32(sender), to: receiver))
        queue.add(.arrival(place), at: now + Instant.Span(microseconds: latency))
    }

    private mutating func chance(_ share: Double) -> Bool {
        Double(random.next() >> 11) * 0x1p-53 < share
    }
}
