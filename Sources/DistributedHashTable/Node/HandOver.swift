/// The values that are being handed to one node.
///
/// Only so many are under way at once. All together they would be a flood, of which their receiver takes no more than its
/// rates allow; and each that is lost counts as silence, for which a node that has just come loses its place.
struct HandOver: Sendable {
    /// The most that are under way at once, and the bytes after which no other is sent: each is to be answered within
    /// ``NodeSettings/requestTimeout``, on a slow line and with others that hand over, too.
    static let window = 64
    static let mostBytesUnderWay = 1 << 18
    /// So long is a token used. It is good for somewhat longer.
    private static let lifeOfToken = StoreTokens.life * 0.8

    /// Who gets them.
    var contact: Contact
    /// The keys of those that are still to be sent, the next one at the end.
    private var keys: [NodeID] = []
    /// How many were sent and are not answered yet, and their bytes.
    private(set) var underWay = 0
    private(set) var bytesUnderWay = 0
    /// By which the node lets this one store, and since when.
    private(set) var token: UInt64
    private var tokenSince: Instant

    init(to contact: Contact, token: UInt64, now: Instant) {
        self.contact = contact
        self.token = token
        tokenSince = now
    }

    /// Whether nothing is left to be done.
    var isOver: Bool { keys.isEmpty && underWay <= 0 }

    /// Whether the token is too old for what is still to be sent.
    func needsToken(now: Instant) -> Bool { !keys.isEmpty && now - tokenSince >= Self.lifeOfToken }

    mutating func renew(_ token: UInt64, now: Instant) {
        self.token = token
        tokenSince = now
    }

    /// Adds what is to be sent, in an order that does not depend on how the keys lie in memory.
    mutating func add(_ more: [NodeID]) { keys = Set(keys).union(more).sorted(by: >) }

    /// The key of the value to be sent next; nil while enough are under way, and at the end.
    mutating func next() -> NodeID? {
        underWay < Self.window && bytesUnderWay < Self.mostBytesUnderWay ? keys.popLast() : nil
    }

    /// Notes that a value is sent.
    mutating func noteSent(bytes: Int) {
        underWay += 1
        bytesUnderWay += bytes
    }

    /// Notes that a value has arrived, or is given up.
    mutating func noteEnd(bytes: Int) {
        underWay -= 1
        bytesUnderWay -= bytes
    }

    /// Sends no more of them.
    mutating func giveUp() { keys = [] }

    /// The bytes that it takes, about.
    var byteCount: Int { MemoryLayout<HandOver>.size + keys.capacity * MemoryLayout<NodeID>.stride }
}
