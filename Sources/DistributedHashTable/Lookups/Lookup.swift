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
        fileprivate(set) var contact: Contact
        let distance: NodeID
        /// The token that came with its answer.
        var token: UInt64 = 0
        /// Which value it holds, if it was a key that was looked for.
        var held = PeerMessage.HeldValue.none
        /// The answers that led to it, one after another: 1 for those known from the beginning.
        let depth: UInt8
        var state = State.unasked
        /// Whose answer named it first, where it is asked; itself for those known from the beginning.
        fileprivate(set) var source: UInt16
        /// Whether another has named it, too.
        var isCorroborated = false
        /// How many of those that it alone named were not there, and how many of those that it named first were.
        var falseNames: UInt8 = 0
        var trueNames: UInt8 = 0
        /// At how many addresses it was to be asked.
        var addresses: UInt8 = 1
    }

    /// Where else a node is said to be, and by whom.
    private struct OtherAddress: Sendable {
        let address: PeerAddress
        let source: UInt16
    }

    /// The most candidates that are kept; the farthest go.
    private static let mostCandidates = 120
    /// So many of those that a node alone named must have failed, and none answered, before it is no longer believed. What
    /// others name, too, was there a while ago: many may have gone at one stroke.
    private static let mostFalseNames = 5
    /// At so many addresses a node is asked at most that is not where it is said to be.
    private static let mostAddresses = 3

    let target: NodeID
    /// Whether a value is looked for, and not only nodes.
    var isForValue = false
    /// Whether the nearest is asked alone at first, as it most likely has the value; all others as soon as it is known not to.
    private(set) var asksNearestAlone = false
    private let own: NodeID
    private let wanted: Int
    private let parallel: Int
    /// In the order in which they were heard of; what is in `order` are places in it.
    private var heardOf: [Candidate] = []
    /// The candidates by distance, nearest first.
    private var order: [UInt16] = []
    /// Where else candidates are said to be, by their places.
    private var otherAddresses: [UInt16: OtherAddress] = [:]
    private var inFlight = 0
    /// How many requests were sent.
    private(set) var requests = 0
    /// How many answers came.
    private(set) var answers = 0
    /// Whether as many were asked as it may ask. An honest network leads to the nearest by far fewer; who names ever nearer
    /// ones could go on for ever.
    private var isExhausted: Bool { requests >= max(100, 25 * wanted) }
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

    /// Asks the nearest alone at first. Called before anybody is asked.
    mutating func askNearestAlone() { asksNearestAlone = true }

    /// The next node to ask; nil while enough are being asked, when there is nobody left, and when enough were asked.
    mutating func next() -> Contact? {
        // All that were asked are still waited for: of one asked alone, nothing is known yet.
        let isFirst = requests == inFlight
        guard inFlight < (asksNearestAlone && isFirst ? 1 : parallel), !isExhausted else { return nil }
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

    /// Whether the nearest have answered, or there is nobody left to answer or to be asked.
    var isFinished: Bool {
        var counted = 0
        for place in order {
            switch heardOf[Int(place)].state {
            case .failed, .discredited: continue
            case .unasked where isExhausted: continue
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
        holdAgainstSource(of: place)
        // Whoever has named it first may have been wrong only about where it is.
        if let other = otherAddresses.removeValue(forKey: UInt16(place)) { move(place, to: other) }
    }

    /// Notes that a node is not there, against whoever alone has named it.
    private mutating func holdAgainstSource(of place: Int) {
        let source = Int(heardOf[place].source)
        guard source != place, !heardOf[place].isCorroborated else { return }
        heardOf[source].falseNames = heardOf[source].falseNames == .max ? .max : heardOf[source].falseNames + 1
        if heardOf[source].trueNames == 0, heardOf[source].falseNames >= Self.mostFalseNames { discredit(source) }
    }

    /// No longer believes a node: whom else it alone has named is not asked, and it does not count.
    private mutating func discredit(_ source: Int) {
        if heardOf[source].state == .answered { heardOf[source].state = .discredited }
        for (place, other) in otherAddresses
        where heardOf[Int(place)].state == .unasked && Int(heardOf[Int(place)].source) == source {
            otherAddresses[place] = nil
            move(Int(place), to: other)
        }
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

    /// Notes that a node is said to be elsewhere, too, where it is asked if it does not answer.
    private mutating func note(_ other: OtherAddress, of place: Int) {
        switch heardOf[place].state {
        case .failed: move(place, to: other)
        case .unasked, .asked, .late:
            if otherAddresses[UInt16(place)] == nil { otherAddresses[UInt16(place)] = other }
        case .answered, .discredited: break
        }
    }

    /// Lets a node be asked at another address.
    private mutating func move(_ place: Int, to other: OtherAddress) {
        guard heardOf[place].addresses < Self.mostAddresses else { return }
        heardOf[place].addresses += 1
        heardOf[place].contact = Contact(id: heardOf[place].contact.id, address: other.address)
        heardOf[place].source = other.source
        heardOf[place].isCorroborated = false
        heardOf[place].state = .unasked
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
            return hearAgain(of: contact, at: Int(order[position]), from: source)
        }
        let place = UInt16(heardOf.count)
        let depth = source.map { min(heardOf[$0].depth, .max - 1) + 1 } ?? 1
        heardOf.append(
            Candidate(
                contact: contact, distance: distance, depth: depth, source: source.map { UInt16($0) } ?? place))
        order.insert(place, at: position)
        if isBounded { dropFarthest() }
    }

    /// Takes in that a node was named that is known already.
    private mutating func hearAgain(of contact: Contact, at place: Int, from source: Int?) {
        if contact.address == heardOf[place].contact.address {
            if let source { corroborate(place, by: source) }
        } else {
            note(OtherAddress(address: contact.address, source: UInt16(source ?? place)), of: place)
        }
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
    var byteCount: Int {
        heardOf.capacity * MemoryLayout<Candidate>.stride + order.capacity * 2
            + otherAddresses.capacity * MemoryLayout<OtherAddress>.stride
    }
}
