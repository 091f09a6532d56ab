/// What a node asks of whoever wants it to store a value: the token that an earlier answer gave to the same address.
///
/// A sender that lies about its address never sees the answer, and has no token. A token is good for one address and one
/// identifier, for five to ten minutes; nothing is kept for those that were given out.
struct StoreTokens: Sendable {
    static let life = Instant.Span.minutes(5)

    private var current: KeyedHash
    private var previous: KeyedHash
    private var changes: Instant

    init(using generator: inout some RandomNumberGenerator, now: Instant) {
        current = KeyedHash(using: &generator)
        previous = current
        changes = now + Self.life
    }

    /// Takes a new secret when the time has come; and forgets the one before, too, where nobody has asked for so long that it
    /// is out of date, as in a process that was stopped.
    mutating func renew(using generator: inout some RandomNumberGenerator, now: Instant) {
        guard now >= changes else { return }
        previous = now >= changes + Self.life ? KeyedHash(using: &generator) : current
        current = KeyedHash(using: &generator)
        changes = now + Self.life
    }

    /// The token for a sender.
    func token(for id: NodeID, at host: IPAddress) -> UInt64 { Self.token(current, id, host) }

    /// Whether a token is one that was given to this sender lately.
    func isValid(_ token: UInt64, for id: NodeID, at host: IPAddress) -> Bool {
        token == Self.token(current, id, host) || token == Self.token(previous, id, host)
    }

    private static func token(_ secret: KeyedHash, _ id: NodeID, _ host: IPAddress) -> UInt64 {
        secret.hash(host.high, host.low, id.high, id.middle, UInt64(id.low))
    }
}
