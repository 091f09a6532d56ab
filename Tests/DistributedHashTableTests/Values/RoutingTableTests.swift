import Testing

@testable import DistributedHashTable

@Suite struct RoutingTableTests {
    private let now = Instant(microseconds: 1_000_000)

    private func later(_ seconds: Double) -> Instant { now + .seconds(seconds) }

    @Test func `A bucket splits only where one's own identifier lies`() {
        var table = RoutingTable(own: .zero, bucketSize: 2, now: now)
        // The far half fills up; the near one goes on splitting.
        for word: UInt64 in [1 << 63, 3 << 62] { #expect(table.saw(contact(word), now: now) == .added) }
        #expect(table.saw(contact(1 << 62), now: now) == .added)
        #expect(table.buckets.count == 2)
        #expect(table.saw(contact(1 << 61), now: now) == .added)
        #expect(table.saw(contact(1 << 60), now: now) == .added)
        #expect(table.saw(contact(5 << 61), now: now) == .waits(for: contact(1 << 63)))
        #expect(table.buckets.map(\.entries.count) == [2, 1, 2])
        #expect(table.count == 5)
    }

    @Test func `The smallest part of the tree around oneself that has k nodes is known as a whole`() {
        var table = RoutingTable(own: .zero, bucketSize: 2, now: now)
        let far = (0..<8).map { contact(1 << 63 | $0 << 60) }
        for contact in [far[0], far[1], contact(1)] { #expect(table.saw(contact, now: now) == .added) }
        #expect(table.neighbourhoodDepth == 0)
        // One is nearer: with it, all of the far half may be among the two nearest to a key.
        for contact in far.dropFirst(2) {
            #expect(table.hasRoom(for: contact.id))
            #expect(table.saw(contact, now: now) == .added)
        }
        let more = contact(1 << 63 | 1 << 50)
        #expect(!table.hasRoom(for: more.id))
        #expect(table.saw(more, now: now) == .waits(for: far[0]))
        // As soon as two are nearer, nobody else is taken in there.
        #expect(table.saw(contact(2), now: now) == .added)
        #expect(table.neighbourhoodDepth == 1)
        for _ in 0..<5 { _ = table.failed(far[7].id) }
        #expect(table.entry(of: far[7].id) == nil)
        #expect(table.saw(more, now: now) == .waits(for: far[0]))
    }

    @Test func `Who is nearer than somebody is known as a whole where the buckets of such nodes have room`() {
        var table = RoutingTable(own: .zero, bucketSize: 2, now: now)
        for word: UInt64 in [1 << 63, 3 << 62, 1 << 61, 1 << 60, 1 << 59] { _ = table.saw(contact(word), now: now) }
        #expect(table.buckets.map(\.entries.count) == [2, 0, 1, 2])
        func knowsAllNearer(to target: UInt64, than other: UInt64) -> Bool {
            table.knowsAllNearer(to: .beginning(with: target), than: .beginning(with: other))
        }
        // Beside the target there may be others in the far half, which is full.
        #expect(!knowsAllNearer(to: 9 << 60, than: 11 << 60))
        // Nobody is between these two.
        #expect(knowsAllNearer(to: 1 << 62, than: 3 << 61))
        // Those that oneself is among are known, and the far half is farther than the other.
        #expect(knowsAllNearer(to: 1 << 62, than: 1 << 59))
        // Some of the far half may be nearer than this one of it.
        #expect(!knowsAllNearer(to: 1 << 62, than: 1 << 63))
        #expect(knowsAllNearer(to: 1, than: 2))
    }

    @Test func `Who answers again after a silence is told from who was there all the time`() {
        var table = RoutingTable(own: .zero, bucketSize: 2, now: now)
        let only = contact(1 << 63)
        #expect(table.saw(only, now: now) == .added)
        _ = table.failed(only.id)
        #expect(table.suspects == [only] && table.isDeserted && table.quietNeighbours(since: later(9), most: 9).isEmpty)
        #expect(table.saw(only, now: later(5)) == .returned(lastSeen: now))
        #expect(table.suspects.isEmpty && !table.isDeserted)
        #expect(table.quietNeighbours(since: later(9), most: 9) == [only])
        #expect(table.quietNeighbours(since: later(5), most: 9).isEmpty)
        #expect(table.saw(only, now: later(6)) == .known)
    }

    private func contact(_ word: UInt64) -> Contact {
        Contact(id: .beginning(with: word), address: Simulation.address(of: Int(word >> 40)))
    }

    @Test func `Who has answered for longest stays, and newcomers wait`() {
        var table = RoutingTable(own: .zero, bucketSize: 2, now: now)
        let (first, second, third) = (contact(1 << 63), contact(3 << 62), contact(5 << 61))
        _ = table.saw(first, now: now)
        _ = table.saw(second, now: later(1))
        for word: UInt64 in [1, 2] { _ = table.saw(contact(word), now: later(1)) }
        #expect(table.saw(third, now: later(2)) == .waits(for: first))
        #expect(table.saw(first, now: later(3)) == .known)
        #expect(table.saw(third, now: later(4)) == .waits(for: second))
        #expect(table.buckets[0].replacements.map(\.contact) == [third])
    }

    @Test func `Who is silent twice gives way to one that waits, and to nobody else`() {
        var table = RoutingTable(own: .zero, bucketSize: 2, now: now)
        let (first, second, third) = (contact(1 << 63), contact(3 << 62), contact(5 << 61))
        for one in [first, second, contact(1), contact(2)] { _ = table.saw(one, now: now) }
        #expect(table.failed(first.id) == .init())
        #expect(table.failed(first.id) == .init())
        #expect(table.nearest(to: first.id, 9).contains(first) == false)
        #expect(table.nearest(to: first.id, 9, suspects: true).first == first)
        _ = table.saw(third, now: now)
        #expect(table.failed(first.id) == .init(removed: .init(contact: first, lastSeen: now), replacement: third))
        #expect(table.entry(of: first.id) == nil)
    }

    /// arvidn/libtorrent#792: whoever asks often enough, from wherever it says, fills the replacement cache.
    @Test func `Who is only said to be there takes nobody's place, nor that of one that waits`() {
        var table = RoutingTable(own: .zero, bucketSize: 2, now: now)
        let (first, second, waiting) = (contact(1 << 63), contact(3 << 62), contact(5 << 61))
        for one in [first, second, contact(1), contact(2), waiting] { _ = table.saw(one, now: now) }
        for number: UInt64 in 1...20 { table.heardOf(contact(1 << 63 | number << 41)) }
        let elsewhere = Contact(id: waiting.id, address: Simulation.address(of: 99))
        table.heardOf(elsewhere)
        #expect(table.buckets[0].replacements.count == Bucket.mostReplacements)
        #expect(table.buckets[0].replacements.filter(\.hasAnswered).map(\.contact) == [waiting])
        #expect(table.failed(first.id) == .init())
        #expect(table.failed(first.id) == .init(removed: .init(contact: first, lastSeen: now), replacement: waiting))
        // Nobody is left who has answered: the second keeps its place, and those that wait are asked.
        #expect(table.failed(second.id) == .init())
        for _ in 0..<3 {
            let failure = table.failed(second.id)
            #expect(failure.removed == nil && failure.replacement != nil)
        }
        #expect(table.entry(of: second.id) != nil)
    }

    @Test func `Who is silent five times goes, whoever waits`() {
        var table = RoutingTable(own: .zero, bucketSize: 2, now: now)
        let only = contact(1 << 63)
        _ = table.saw(only, now: now)
        for _ in 0..<4 { #expect(table.failed(only.id).removed == nil) }
        #expect(table.failed(only.id).removed?.contact == only)
        #expect(table.count == 0)
    }

    @Test func `A known identifier at another address does not take the place by itself`() {
        var table = RoutingTable(own: .zero, bucketSize: 2, now: now)
        let honest = contact(1 << 63)
        _ = table.saw(honest, now: now)
        let other = Contact(id: honest.id, address: Simulation.address(of: 99))
        #expect(table.saw(other, now: now) == .elsewhere(honest))
        #expect(table.entry(of: honest.id)?.contact == honest)
        table.replace(honest.id, by: other, now: now)
        #expect(table.entry(of: honest.id)?.contact == other)
        #expect(table.count == 1)
    }

    @Test func `One is not in one's own table`() {
        var table = RoutingTable(own: .beginning(with: 5), bucketSize: 2, now: now)
        #expect(table.saw(Contact(id: table.own, address: Simulation.address(of: 1)), now: now) == .ownself)
        #expect(table.count == 0)
    }

    @Test func `The nearest are those that sorting all of them gives`() {
        var generator = SeededRandom(seed: TestSeed.number)
        for _ in 0..<30 {
            var table = RoutingTable(own: .random(using: &generator), bucketSize: 8, now: now)
            for number in 0..<Int.random(in: 0...300, using: &generator) {
                _ = table.saw(.random(number, using: &generator), now: now)
            }
            let all = table.buckets.flatMap(\.entries).map(\.contact)
            for _ in 0..<20 {
                let depth = Int.random(in: 0..<12, using: &generator)
                let target = table.own.random(sharing: depth, using: &generator)
                let sorted = all.sorted { $0.id.distance(to: target) < $1.id.distance(to: target) }
                let count = Int.random(in: 1...40, using: &generator)
                #expect(table.nearest(to: target, count) == Array(sorted.prefix(count)), "\(TestSeed.hint)")
                let nearer = sorted.prefix { $0.id.distance(to: target) < table.own.distance(to: target) }
                #expect(table.countNearer(to: target, upTo: 1000) == nearer.count, "\(TestSeed.hint)")
            }
        }
    }

    @Test func `Whatever happens, no bucket is overfull and everybody is in the right one`() {
        var generator = SeededRandom(seed: TestSeed.number)
        var table = RoutingTable(own: .random(using: &generator), bucketSize: 4, now: now)
        var known: [Contact] = []
        for step in 0..<5000 {
            let time = later(Double(step))
            if known.isEmpty || Bool.random(using: &generator) {
                let depth = Int.random(in: 0..<20, using: &generator)
                let id = table.own.random(sharing: depth, using: &generator)
                known.append(Contact(id: id, address: Simulation.address(of: step)))
                _ = table.saw(known[known.count - 1], now: time)
            } else {
                let one = known.randomElement(using: &generator) ?? known[0]
                if Bool.random(using: &generator) { _ = table.failed(one.id) } else { _ = table.saw(one, now: time) }
            }
            for (index, bucket) in table.buckets.enumerated() {
                #expect(bucket.entries.count <= 4 * 4 && bucket.replacements.count <= Bucket.mostReplacements)
                for entry in bucket.entries {
                    #expect(table.index(of: entry.contact.id) == index, "\(TestSeed.hint)")
                }
            }
            #expect(table.count == table.buckets.reduce(0) { $0 + $1.entries.count }, "\(TestSeed.hint)")
        }
    }
}
