/// Finds the nodes nearest to an identifier, or a value: asks the nearest that are known, learns of nearer ones from their
/// answers, and so on until the k nearest have answered.
///
/// It is told what happens and says whom to ask next; it sends nothing and knows no time.
struct Lookup: Sendable {
    /// How a candidate stands.
    enum State: UInt8, Sendable {
        case unasked
        /// Asked, and its answer is still waited for.
        case asked
        /// Asked so long ago that others are asked instead; it may still answer.
        case late
        case answered
        case failed
        /// It has answered, and none of those that it alone named was there.
        case discredited
    }

    /// A node that may be among the nearest.
    struct Candidate: Sendable {
        let contact: Contact
        let distance: NodeID
        /// The token that came with its answer.
        var token: UInt64 = 0
        /// Which value it holds, if it was a key that was looked for.
        var held = PeerMessage.HeldValue.none
        /// The answers that led to it, one after another: 1 for those known from the beginning.
        let depth: UInt8
        var state = State.unasked
        /// Whose answer named it first; itself for those known from the beginning.
        let source: UInt16
        /// Whether another has named it, too.
        var isCorroborated = false
        /// How many of those that it alone named were not there, and how many of those that it named first were.
        var falseNames: UInt8 = 0
        var trueNames: UInt8 = 0
    }

    /// The most candidates that are kept; the farthest go.
    private static let mostCandidates = 120
    /// So many of those that a node alone named must have failed, and none answered, before it is no longer believed. What
    /// others name, too, was there a while ago: many may have gone at one stroke.
    private static let mostFalseNames = 5

    let target: NodeID
    /// Whether a value is looked for, and not only nodes.
    var isForValue = false
    private let own: NodeID
    private let wanted: Int
    private let parallel: Int
    /// In the order in which they were heard of; what is in `order` are places in it.
    private var heardOf: [Candidate] = []
    /// The candidates by distance, nearest first.
    private var order: [UInt16] = []
    private var inFlight = 0
    /// How many requests were sent.
    private(set) var requests = 0
    /// How many answers came.
    private(set) var answers = 0
    /// Whether others were added to those that it began with.
    private(set) var isWidened = false

    /// A lookup that begins with those that are known.
    ///
    /// - Parameters:
    ///   - own: one's own identifier, of which others speak, too.
    ///   - wanted: how many nearest nodes must have answered, k.
    ///   - parallel: how many are asked at once, α.
    init(of target: NodeID, own: NodeID, wanted: Int, parallel: Int, knowing contacts: [Contact]) {
        self.target = target
        self.own = own
        self.wanted = wanted
        self.parallel = parallel
        heardOf.reserveCapacity(contacts.count * 2)
        order.reserveCapacity(Self.mostCandidates + 1)
        for contact in contacts { add(contact, from: nil) }
    }

    /// How many answers, one after another, led to the farthest node that was asked: what a lookup costs in time, as those
    /// of one round are asked together.
    var rounds: Int {
        heardOf.reduce(0) { $1.state == .answered || $1.state == .discredited ? max($0, Int($1.depth)) : $0 }
    }

    /// The next node to ask; nil while enough are being asked, and when there is nobody left.
    mutating func next() -> Contact? {
        guard inFlight < parallel else { return nil }
        var counted = 0
        for place in order {
            switch heardOf[Int(place)].state {
            case .failed, .discredited, .late: continue
            case .asked, .answered: counted += 1
            case .unasked:
                heardOf[Int(place)].state = .asked
                inFlight += 1
                requests += 1
                return heardOf[Int(place)].contact
            }
            if counted >= wanted { return nil }
        }
        return nil
    }

    /// Whether the nearest have answered, or there is nobody left to answer.
    var isFinished: Bool {
        var counted = 0
        for place in order {
            switch heardOf[Int(place)].state {
            case .failed, .discredited: continue
            case .unasked, .asked, .late: return false
            case .answered: counted += 1
            }
            if counted >= wanted { return true }
        }
        return true
    }

    /// Whether it has ended with fewer answers than it wants, as too many of those that it began with are gone.
    var isStranded: Bool { !isWidened && isFinished && nearest(wanted).count < wanted }

    /// Goes on with others, wherever they are: who answers knows nodes that are nearer. Once only.
    ///
    /// - Parameter contacts: those that may be there; whom it has heard of already it does not ask again.
    mutating func widen(knowing contacts: [Contact]) {
        isWidened = true
        for contact in contacts { add(contact, from: nil, isBounded: false) }
    }

    /// The nearest nodes that have answered, nearest first.
    func nearest(_ count: Int) -> [Candidate] {
        var nearest: [Candidate] = []
        for place in order where heardOf[Int(place)].state == .answered {
            nearest.append(heardOf[Int(place)])
            if nearest.count == count { break }
        }
        return nearest
    }

    /// All nodes that have answered, the nearest first.
    var everyAnswer: [Candidate] { nearest(.max) }

    /// Takes an answer with the nodes that it names.
    mutating func answer(
        from id: NodeID, naming contacts: [Contact], token: UInt64, holding held: PeerMessage.HeldValue = .none
    ) {
        guard let place = place(of: id), heardOf[place].state != .answered else { return }
        if heardOf[place].state == .asked { inFlight -= 1 }
        answers += 1
        heardOf[place].state = .answered
        heardOf[place].token = token
        heardOf[place].held = held
        let source = Int(heardOf[place].source)
        if source != place {
            heardOf[source].trueNames &+= 1
            if heardOf[source].state == .discredited { heardOf[source].state = .answered }
        }
        for contact in contacts.prefix(wanted) where contact.id != own { add(contact, from: place) }
    }

    /// Notes that a node takes longer than usual, so that another is asked.
    mutating func isLate(_ id: NodeID) {
        guard let place = place(of: id), heardOf[place].state == .asked else { return }
        heardOf[place].state = .late
        inFlight -= 1
    }

    /// Notes that a node has not answered.
    mutating func failed(_ id: NodeID) {
        guard let place = place(of: id) else { return }
        if heardOf[place].state == .asked { inFlight -= 1 }
        guard heardOf[place].state == .asked || heardOf[place].state == .late else { return }
        heardOf[place].state = .failed
        let source = Int(heardOf[place].source)
        guard source != place, !heardOf[place].isCorroborated else { return }
        heardOf[source].falseNames = heardOf[source].falseNames == .max ? .max : heardOf[source].falseNames + 1
        if heardOf[source].trueNames == 0, heardOf[source].falseNames >= Self.mostFalseNames { discredit(source) }
    }

    /// No longer believes a node: whom else it alone has named is not asked, and it does not count.
    private mutating func discredit(_ source: Int) {
        if heardOf[source].state == .answered { heardOf[source].state = .discredited }
        order.removeAll { place in
            let candidate = heardOf[Int(place)]
            return Int(place) != source && Int(candidate.source) == source && candidate.state == .unasked
                && !candidate.isCorroborated
        }
    }

    /// Notes that a node was named by another than the first, which is believed again where that was held against it.
    private mutating func corroborate(_ place: Int, by source: Int) {
        let first = Int(heardOf[place].source)
        guard source != place, source != first, first != place, !heardOf[place].isCorroborated else { return }
        heardOf[place].isCorroborated = true
        guard heardOf[place].state == .failed, heardOf[first].falseNames > 0 else { return }
        heardOf[first].falseNames -= 1
        if heardOf[first].state == .discredited, heardOf[first].falseNames < Self.mostFalseNames {
            heardOf[first].state = .answered
        }
    }

    private func place(of id: NodeID) -> Int? {
        let distance = id.distance(to: target)
        let position = position(of: distance)
        guard position < order.count, heardOf[Int(order[position])].distance == distance else { return nil }
        return Int(order[position])
    }

    /// Where in the order a distance is or would be.
    @inline(__always)
    private func position(of distance: NodeID) -> Int {
        var (low, high) = (0, order.count)
        while low < high {
            let middle = (low + high) / 2
            if heardOf[Int(order[middle])].distance < distance { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func add(_ contact: Contact, from source: Int?, isBounded: Bool = true) {
        let distance = contact.id.distance(to: target)
        let position = position(of: distance)
        guard position < Self.mostCandidates || !isBounded, heardOf.count < Int(UInt16.max) else { return }
        if position < order.count, heardOf[Int(order[position])].distance == distance {
            if let source { corroborate(Int(order[position]), by: source) }
            return
        }
        let place = UInt16(heardOf.count)
        let depth = source.map { min(heardOf[$0].depth, .max - 1) + 1 } ?? 1
        heardOf.append(
            Candidate(
                contact: contact, distance: distance, depth: depth, source: source.map { UInt16($0) } ?? place))
        order.insert(place, at: position)
        if isBounded { dropFarthest() }
    }

    private mutating func dropFarthest() {
        guard order.count > Self.mostCandidates, let last = order.last, heardOf[Int(last)].state == .unasked else {
            return
        }
        order.removeLast()
    }
}

extension Lookup {
    /// The bytes that it takes, about.
    var byteCount: Int { heardOf.capacity * MemoryLayout<Candidate>.stride + order.capacity * 2 }
}
