import Testing

@testable import DistributedHashTable

@Suite struct LookupTests {
    private func lookup(_ target: NodeID, wanted: Int = 3, knowing contacts: [Contact]) -> Lookup {
        Lookup(of: target, own: .beginning(with: .max), wanted: wanted, parallel: 3, knowing: contacts)
    }

    private func contact(_ word: UInt64) -> Contact {
        Contact(id: .beginning(with: word << 40), address: Simulation.address(of: Int(word)))
    }

    @Test func `The nearest are asked first, as many at once as may be`() {
        var lookup = lookup(.zero, knowing: (1...9).reversed().map { contact($0) })
        #expect((0..<4).map { _ in lookup.next() } == [contact(1), contact(2), contact(3), nil])
        lookup.answer(from: contact(2).id, naming: [], token: 0)
        #expect(lookup.next() == nil)
        lookup.failed(contact(1).id)
        #expect(lookup.next() == contact(4))
    }

    @Test(arguments: ["answer", "lateness", "failure"])
    func `The nearest is asked alone where it most likely has the value, and all others once it is known not to`(
        end: String
    ) {
        var lookup = lookup(.zero, knowing: (1...9).map { contact($0) })
        lookup.askNearestAlone()
        #expect((0..<2).map { _ in lookup.next() } == [contact(1), nil])
        switch end {
        case "answer": lookup.answer(from: contact(1).id, naming: [], token: 0)
        case "lateness": lookup.isLate(contact(1).id)
        default: lookup.failed(contact(1).id)
        }
        let others = end == "answer" ? [contact(2), contact(3), nil] : [contact(2), contact(3), contact(4)]
        #expect((0..<3).map { _ in lookup.next() } == others)
    }

    @Test func `It ends when the nearest have answered, and not before`() {
        var lookup = lookup(.zero, knowing: [contact(8), contact(9), contact(10)])
        for _ in 0..<3 { _ = lookup.next() }
        lookup.answer(from: contact(8).id, naming: [contact(1), contact(2), contact(3)], token: 0)
        for word: UInt64 in [9, 10] { lookup.answer(from: contact(word).id, naming: [], token: 0) }
        #expect(!lookup.isFinished)
        for word: UInt64 in [1, 2, 3] {
            #expect(lookup.next() == contact(word))
            #expect(!lookup.isFinished)
        }
        for word: UInt64 in [1, 2, 3] { lookup.answer(from: contact(word).id, naming: [], token: word) }
        #expect(lookup.isFinished)
        #expect(lookup.nearest(3).map(\.contact) == [contact(1), contact(2), contact(3)])
        #expect(lookup.nearest(3).map(\.token) == [1, 2, 3])
        #expect(lookup.rounds == 2)
        #expect(lookup.requests == 6 && lookup.answers == 6)
    }

    @Test func `Where nobody is known it has ended`() {
        var lookup = lookup(.zero, knowing: [])
        #expect(lookup.isFinished)
        #expect(lookup.next() == nil)
    }

    @Test func `Where too many are gone it goes on with others, once, and asks nobody twice`() {
        var lookup = lookup(.zero, knowing: (1...5).map { contact($0) })
        while let asked = lookup.next() { lookup.failed(asked.id) }
        #expect(lookup.isStranded)
        lookup.widen(knowing: [contact(5), contact(100)])
        #expect(!lookup.isFinished && lookup.next() == contact(100) && lookup.next() == nil)
        lookup.answer(from: contact(100).id, naming: [contact(6), contact(7), contact(1)], token: 0)
        #expect(lookup.next() == contact(6) && lookup.next() == contact(7) && lookup.next() == nil)
        for word: UInt64 in [6, 7] { lookup.answer(from: contact(word).id, naming: [], token: 0) }
        #expect(lookup.isFinished && !lookup.isStranded)
        #expect(lookup.nearest(3).map(\.contact) == [contact(6), contact(7), contact(100)])
    }

    @Test func `Who is late holds nobody up, and may still answer`() {
        var lookup = lookup(.zero, knowing: (1...6).map { contact($0) })
        for _ in 0..<3 { _ = lookup.next() }
        lookup.isLate(contact(1).id)
        #expect(lookup.next() == contact(4))
        for word: UInt64 in [2, 3, 4] { lookup.answer(from: contact(word).id, naming: [], token: 0) }
        #expect(!lookup.isFinished)
        lookup.answer(from: contact(1).id, naming: [], token: 0)
        #expect(lookup.isFinished)
        #expect(lookup.nearest(1).first?.contact == contact(1))
    }

    @Test func `Who names only nodes that are not there is not believed`() {
        let liar = contact(16)
        var lookup = lookup(.zero, wanted: 8, knowing: [liar] + (32..<60).map { contact($0) })
        _ = lookup.next()
        lookup.answer(from: liar.id, naming: (1...8).map { contact($0) }, token: 0)
        for _ in 0..<5 {
            guard let asked = lookup.next() else { break }
            lookup.failed(asked.id)
        }
        // What else it has named is not asked.
        #expect(lookup.next().map { $0.id >= contact(32).id } == true)
        #expect(!lookup.nearest(9).map(\.contact).contains(liar))
    }

    /// probe-lab/go-kademlia#38: whoever is first said to be where it is not is never found.
    @Test(arguments: [false, true])
    func `Who is not where one says that it is is asked where another says`(hasFailedBefore: Bool) {
        var lookup = lookup(.zero, knowing: [contact(8), contact(9), contact(10)])
        for _ in 0..<3 { _ = lookup.next() }
        let wrong = Contact(id: contact(1).id, address: Simulation.address(of: 99))
        lookup.answer(from: contact(8).id, naming: [wrong], token: 0)
        #expect(lookup.next() == wrong)
        if hasFailedBefore { lookup.failed(wrong.id) }
        lookup.answer(from: contact(9).id, naming: [contact(1)], token: 0)
        lookup.answer(from: contact(10).id, naming: [], token: 0)
        if !hasFailedBefore { lookup.failed(wrong.id) }
        #expect(!lookup.isFinished)
        #expect(lookup.next() == contact(1))
        lookup.answer(from: contact(1).id, naming: [], token: 0)
        #expect(lookup.isFinished)
        #expect(lookup.nearest(1).map(\.contact) == [contact(1)])
    }

    @Test func `However many a liar says to be where they are not, they are found where another says`() {
        let (liar, honest, nowhere) = (contact(16), contact(17), Simulation.address(of: 99))
        var lookup = lookup(.zero, wanted: 8, knowing: [liar, honest])
        for _ in 0..<2 { _ = lookup.next() }
        let named = (1...8).map { contact($0) }
        lookup.answer(from: liar.id, naming: named.map { Contact(id: $0.id, address: nowhere) }, token: 0)
        lookup.answer(from: honest.id, naming: named, token: 0)
        while let asked = lookup.next() {
            if asked.address == nowhere {
                lookup.failed(asked.id)
            } else {
                lookup.answer(from: asked.id, naming: [], token: 0)
            }
        }
        #expect(lookup.isFinished)
        #expect(lookup.nearest(8).map(\.contact) == named)
    }

    @Test func `A node that is never where it is said to be is asked at few addresses`() {
        var lookup = lookup(.zero, wanted: 8, knowing: (2...9).map { contact($0) })
        var addresses: Set<PeerAddress> = []
        var number = 100
        while let asked = lookup.next() {
            if asked.id == contact(1).id {
                addresses.insert(asked.address)
                lookup.failed(asked.id)
            } else {
                number += 1
                let elsewhere = Contact(id: contact(1).id, address: Simulation.address(of: number))
                lookup.answer(from: asked.id, naming: [elsewhere], token: 0)
            }
        }
        #expect(lookup.isFinished)
        #expect(addresses.count == 3)
    }

    /// paritytech/litep2p#168: a lookup goes on for as long as somebody is named who is nearer.
    @Test func `Whoever names ever nearer nodes is not followed without end`() {
        var lookup = lookup(.zero, knowing: [contact(1 << 20)])
        var asked = 0
        while asked < 10_000, let next = lookup.next() {
            asked += 1
            #expect(!lookup.isFinished)
            lookup.answer(from: next.id, naming: [contact(1 << 20 - UInt64(asked))], token: 0)
        }
        #expect(asked == 100)
        #expect(lookup.isFinished)
        #expect(lookup.nearest(3).map(\.contact) == [99, 98, 97].map { contact(1 << 20 - $0) })
    }

    @Test func `Answers that nobody has asked for change nothing`() {
        var lookup = lookup(.zero, knowing: [contact(1)])
        lookup.answer(from: contact(7).id, naming: [contact(2)], token: 0)
        #expect(lookup.nearest(9).isEmpty)
        _ = lookup.next()
        lookup.answer(from: contact(1).id, naming: [contact(1), contact(2)], token: 0)
        lookup.answer(from: contact(1).id, naming: [contact(3)], token: 0)
        #expect(lookup.next() == contact(2))
        #expect(lookup.next() == nil)
    }

    @Test func `In a whole network it finds the nearest of all, whoever fails`() {
        var generator = SeededRandom(seed: TestSeed.number)
        let all = (0..<200).map { Contact.random($0, using: &generator) }
        for _ in 0..<20 {
            let target = NodeID.random(using: &generator)
            let dead = Set(all.shuffled(using: &generator).prefix(60))
            var lookup = lookup(target, wanted: 20, knowing: Array(all.shuffled(using: &generator).prefix(20)))
            while !lookup.isFinished {
                guard let asked = lookup.next() else { break }
                if dead.contains(asked) {
                    lookup.failed(asked.id)
                } else {
                    // Each knows the half of the network that is nearest to it.
                    let known = all.sorted { $0.id.distance(to: asked.id) < $1.id.distance(to: asked.id) }.prefix(100)
                    let nearest = known.sorted { $0.id.distance(to: target) < $1.id.distance(to: target) }.prefix(20)
                    lookup.answer(from: asked.id, naming: Array(nearest), token: 0)
                }
            }
            let living = all.filter { !dead.contains($0) }
                .sorted { $0.id.distance(to: target) < $1.id.distance(to: target) }
            #expect(lookup.nearest(4).map(\.contact) == Array(living.prefix(4)), "\(TestSeed.hint)")
        }
    }
}
