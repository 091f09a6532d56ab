import Testing

@testable import DistributedHashTable

@Suite struct ValueStoreTests {
    private let now = Instant(microseconds: 1_000_000)
    private let key = NodeID.beginning(with: 1)

    private func value(_ text: String, _ version: UInt64) -> StoredValue {
        StoredValue(Array(text.utf8), version: version)
    }

    @Test func `In whatever order versions come, the same one stays`() {
        let all = [value("a", 1), value("b", 2), value("c", 2), value("", 2), value("z", 1)]
        var generator = SeededRandom(seed: TestSeed.number)
        for _ in 0..<50 {
            var store = ValueStore(mostValues: 9, mostBytes: 99)
            for one in all.shuffled(using: &generator) {
                _ = store.keep(one, of: key, until: now + .hours(1), asCopy: false, now: now)
            }
            #expect(store.value(of: key, now: now)?.value == value("c", 2))
        }
    }

    @Test func `A value is forgotten when its life is over, and not kept longer by being heard of again`() {
        var store = ValueStore(mostValues: 9, mostBytes: 99)
        #expect(store.keep(value("a", 1), of: key, until: now + .seconds(10), asCopy: false, now: now) == .kept)
        #expect(store.keep(value("a", 1), of: key, until: now + .seconds(5), asCopy: false, now: now) == .known)
        #expect(store.value(of: key, now: now + .seconds(9)) != nil)
        #expect(store.value(of: key, now: now + .seconds(10)) == nil)
        #expect(store.removeExpired(now: now + .seconds(10)) == [key])
        #expect(store.byteCount == 0 && store.entries.isEmpty)
    }

    @Test func `Copies make room, and what others rely on does not`() {
        var store = ValueStore(mostValues: 2, mostBytes: 10)
        let (second, third) = (NodeID.beginning(with: 2), NodeID.beginning(with: 3))
        let expiry = now + .hours(1)
        #expect(store.keep(value("12345", 1), of: key, until: expiry, asCopy: false, now: now) == .kept)
        #expect(store.keep(value("12345", 1), of: second, until: expiry, asCopy: true, now: now) == .kept)
        #expect(store.keep(value("1", 1), of: third, until: expiry, asCopy: true, now: now) == .full)
        #expect(store.keep(value("12345", 1), of: third, until: expiry, asCopy: false, now: now) == .kept)
        #expect(store.keep(value("1", 1), of: second, until: expiry, asCopy: false, now: now) == .full)
        #expect(store.value(of: key, now: now) != nil)
        #expect(store.byteCount == 10)
        #expect(store.keep(value("123456", 2), of: key, until: expiry, asCopy: false, now: now) == .full)
        #expect(store.keep(value("1", 2), of: key, until: expiry, asCopy: false, now: now) == .kept)
        #expect(store.byteCount == 6)
    }

    /// libp2p/rust-libp2p#1496: what is out of date when it comes fills the store.
    @Test func `A value whose life is over when it comes is not kept`() {
        var store = ValueStore(mostValues: 2, mostBytes: 1000)
        let now = Instant(microseconds: 5)
        for number in 0..<9 {
            let key = NodeID.beginning(with: UInt64(number))
            #expect(store.keep(StoredValue([1], version: 1), of: key, until: now, asCopy: false, now: now) == .full)
        }
        #expect(store.entries.isEmpty && store.byteCount == 0)
    }

    @Test func `A copy's life is shorter the farther away it is`() {
        let life = LifeOfCopy(full: .hours(24), least: .minutes(1), holders: 20)
        #expect(life.life(between: 0) == .hours(24))
        #expect(life.life(between: 20) == .hours(24))
        #expect(life.life(between: 40) == .hours(12))
        #expect(life.life(between: 60) == .hours(6))
        #expect(life.life(between: 1e9) == .minutes(1))
        var last = Instant.Span.hours(25)
        for between in stride(from: 0.0, to: 200, by: 7) {
            #expect(life.life(between: between) <= last)
            last = life.life(between: between)
        }
    }
}
