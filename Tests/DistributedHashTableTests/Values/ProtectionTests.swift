import Testing

@testable import DistributedHashTable

@Suite struct ProtectionTests {
    private let now = Instant(microseconds: 1_000_000)

    @Test func `The keyed hash is SipHash-2-4 as its authors have it`() {
        // Appendix A of the paper: the key 00…0f and the bytes 00…0e.
        let hash = KeyedHash(key: (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
        #expect(hash.hash([0x0706_0504_0302_0100], trailing: [8, 9, 10, 11, 12, 13, 14]) == 0xa129_ca61_49be_45e5)
    }

    @Test func `A token is good for one address and one identifier, for a while`() {
        var generator = SeededRandom(seed: 3)
        var tokens = StoreTokens(using: &generator, now: now)
        let (host, other) = (IPAddress(v4: 1), IPAddress(v4: 2))
        let (id, another) = (NodeID.beginning(with: 1), NodeID.beginning(with: 2))
        let token = tokens.token(for: id, at: host)
        #expect(tokens.isValid(token, for: id, at: host))
        #expect(!tokens.isValid(token, for: id, at: other))
        #expect(!tokens.isValid(token, for: another, at: host))
        #expect(!tokens.isValid(token &+ 1, for: id, at: host))
        tokens.renew(using: &generator, now: now + .minutes(5))
        #expect(tokens.isValid(token, for: id, at: host))
        tokens.renew(using: &generator, now: now + .minutes(10))
        #expect(!tokens.isValid(token, for: id, at: host))
    }

    @Test func `A token does not outlive its time where nobody has asked for one meanwhile`() {
        var generator = SeededRandom(seed: 3)
        var tokens = StoreTokens(using: &generator, now: now)
        let (host, id) = (IPAddress(v4: 1), NodeID.beginning(with: 1))
        let token = tokens.token(for: id, at: host)
        tokens.renew(using: &generator, now: now + .minutes(10))
        #expect(!tokens.isValid(token, for: id, at: host))
        let next = tokens.token(for: id, at: host)
        tokens.renew(using: &generator, now: now + .minutes(19))
        #expect(tokens.isValid(next, for: id, at: host))
    }

    @Test func `A peer is heard as often as its rate allows, and others are not held up`() {
        var rates = PeerRates(perSecond: 10, atOnce: 20, capacity: 100)
        #expect(admitted(&rates, now) == 20)
        let isOtherAdmitted = rates.admit(2, now: now)
        #expect(isOtherAdmitted)
        #expect(admitted(&rates, now + .seconds(1)) == 10)
        #expect(admitted(&rates, now + .seconds(100)) == 20)
    }

    /// How many of fifty messages of a peer are taken.
    private func admitted(_ rates: inout PeerRates, _ now: Instant) -> Int {
        (0..<50).reduce(0) { count, _ in count + (rates.admit(1, now: now) ? 1 : 0) }
    }

    @Test func `However many peers there are, only so many are remembered`() {
        var rates = PeerRates(perSecond: 10, atOnce: 20, capacity: 100)
        for peer: UInt64 in 0..<10_000 {
            let isAdmitted = rates.admit(peer, now: now + Instant.Span(microseconds: Int64(peer)))
            #expect(isAdmitted && rates.count <= 100)
        }
    }

    @Test func `Answers are late by what answers have taken`() {
        var estimate = RoundTripEstimate(least: .milliseconds(40), most: .milliseconds(500))
        #expect(estimate.patience == .milliseconds(500))
        for _ in 0..<100 { estimate.record(.milliseconds(1)) }
        #expect(estimate.patience == .milliseconds(40))
        for _ in 0..<100 { estimate.record(.milliseconds(200)) }
        #expect(estimate.patience > .milliseconds(190) && estimate.patience <= .milliseconds(500))
    }
}
