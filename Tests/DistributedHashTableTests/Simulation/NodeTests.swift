import Testing

@testable import DistributedHashTable

/// What nodes promise, in small simulated networks.
@Suite(.timeLimit(.minutes(5))) struct NodeTests {
    private var small: NodeSettings {
        var settings = NodeSettings()
        settings.replication = 4
        return settings
    }

    @Test func `A value is at the k nearest, and every node finds it`() {
        var network = SmallNetwork(20, settings: small)
        #expect(network.store("green", for: "colour", at: 3) == 4, "\(TestSeed.hint)")
        #expect(Set(network.holders(of: "colour")) == Set(network.nearest(to: "colour").prefix(4)), "\(TestSeed.hint)")
        for node in network.nodes { #expect(network.find("colour", from: node) == "green", "\(TestSeed.hint)") }
        #expect(network.find("shape", from: 2) == nil)
    }

    @Test func `A node that is alone stores and finds`() {
        var network = SmallNetwork(1)
        #expect(network.store("green", for: "colour", at: 0) == 1)
        #expect(network.find("colour", from: 0) == "green")
        #expect(network.find("shape", from: 0) == nil)
    }

    @Test func `Values of no bytes and of 64 KiB are stored as they are`() {
        var network = SmallNetwork(5)
        let long = String(repeating: "x", count: StoredValue.mostBytes)
        #expect(network.store("", for: "empty", at: 0) == 5)
        #expect(network.store(long, for: "long", at: 1) == 5)
        #expect(network.find("empty", from: 4) == "")
        #expect(network.find("long", from: 4) == long)
    }

    @Test func `The later of two values counts, whoever wrote it`() {
        var network = SmallNetwork(12, settings: small)
        for number in 1...5 { #expect(network.store("\(number)", for: "count", at: number) > 0) }
        for node in network.holders(of: "count") { #expect(network.value(of: "count", at: node) == "5") }
        #expect(network.find("count", from: 9) == "5", "\(TestSeed.hint)")
    }

    @Test func `Of two who write at the same time one wins, and all nodes agree`() {
        var network = SmallNetwork(12, settings: small)
        let id = SmallNetwork.id("race")
        for (node, text) in [(1, "red"), (7, "blue"), (9, "amber")] {
            network.simulation.with(node) { node, now in _ = node.store(Array(text.utf8), for: id, now: now) }
        }
        network.simulation.run(for: .seconds(20))
        let stored = network.simulation.log.compactMap {
            if case .stored(_, let count, _) = $0.event { count } else { nil }
        }
        #expect(stored.count == 3)
        let values = Set(network.nearest(to: "race").prefix(4).map { network.value(of: "race", at: $0) })
        #expect(values.count == 1 && values.first != .some(nil), "\(values) \(TestSeed.hint)")
    }

    @Test func `A node that joins nearer to a key gets its value`() {
        var network = SmallNetwork(12, settings: small)
        _ = network.store("green", for: "colour", at: 3)
        for _ in 0..<12 {
            _ = network.join()
            let nearest = network.nearest(to: "colour").prefix(4)
            #expect(nearest.allSatisfy { network.value(of: "colour", at: $0) == "green" }, "\(TestSeed.hint)")
        }
    }

    @Test func `A node that leaves hands over what only it holds`() {
        var network = SmallNetwork(10, settings: small)
        _ = network.store("green", for: "colour", at: 3)
        // All but one of those that have it die.
        let holders = network.nearest(to: "colour").prefix(4)
        for node in holders.dropFirst() { network.simulation.remove(node) }
        let last = holders[0]
        network.simulation.with(last) { node, now in node.leave(now: now) }
        let hasLeft = network.simulation.run(atMost: .seconds(60)) { simulation in
            simulation.log.contains { if case .left(let count) = $0.event { count == 1 } else { false } }
        }
        #expect(hasLeft, "\(TestSeed.hint)")
        network.simulation.remove(last)
        let left = network.nodes.first { network.simulation.node($0) != nil } ?? 0
        #expect(network.find("colour", from: left) == "green", "\(TestSeed.hint)")
    }

    /// How many values a node hands over that leaves; nil when it is not done within a minute.
    private func leave(_ node: Int, _ network: inout SmallNetwork) -> Int? {
        network.simulation.log = []
        network.simulation.with(node) { node, now in node.leave(now: now) }
        _ = network.simulation.run(atMost: .seconds(60)) { simulation in
            simulation.log.contains { if case .left = $0.event { true } else { false } }
        }
        for case (_, _, .left(let count)) in network.simulation.log { return count }
        return nil
    }

    private func keepCopy(of text: String, for key: String, at node: Int, _ network: inout SmallNetwork) {
        network.simulation.with(node) { node, now in
            let value = StoredValue(Array(text.utf8), version: 1)
            _ = node.keepValue(value, of: SmallNetwork.id(key), until: now + .hours(1), asCopy: true, now: now)
        }
    }

    @Test func `A node that leaves hands over a value of which only its copy is left`() {
        var network = SmallNetwork(10, settings: small)
        let last = network.nearest(to: "colour")[6]
        keepCopy(of: "green", for: "colour", at: last, &network)
        #expect(leave(last, &network) == 1, "\(TestSeed.hint)")
        network.simulation.remove(last)
        #expect(network.holders(of: "colour").sorted() == network.nearest(to: "colour").prefix(4).sorted())
    }

    @Test func `A node that leaves troubles nobody with a copy of what others have`() {
        var network = SmallNetwork(10, settings: small)
        #expect(network.store("green", for: "colour", at: 3) == 4, "\(TestSeed.hint)")
        let farther = network.nearest(to: "colour")[6]
        keepCopy(of: "green", for: "colour", at: farther, &network)
        #expect(leave(farther, &network) == 0, "\(TestSeed.hint)")
    }

    @Test func `A node that has nothing leaves at once`() {
        var network = SmallNetwork(2)
        network.simulation.with(1) { node, now in node.leave(now: now) }
        #expect(network.simulation.log.contains { if case .left(0) = $0.event { true } else { false } })
    }

    @Test func `Values are handed on every hour, so that they outlive those who held them first`() {
        var network = SmallNetwork(30, settings: small)
        _ = network.store("green", for: "colour", at: 3)
        for _ in 0..<5 {
            // Three of the four die within each hour, and nobody joins.
            for node in network.nearest(to: "colour").prefix(3) { network.simulation.remove(node) }
            network.simulation.run(for: .minutes(90))
        }
        let left = network.nodes.first { network.simulation.node($0) != nil } ?? 0
        #expect(network.find("colour", from: left) == "green", "\(TestSeed.hint)")
    }

    @Test func `A value stays with those who have it while those nearest to its key have no room for it`() {
        var network = SmallNetwork(8, settings: small)
        #expect(network.store("green", for: "colour", at: 3) == 4, "\(TestSeed.hint)")
        let holders = network.holders(of: "colour").sorted()
        network.simulation.settings.mostValues = 0
        for _ in 0..<4 {
            let id = SmallNetwork.id("colour").random(sharing: 100, using: &network.simulation.random)
            network.nodes.append(network.simulation.add(joiningThrough: [0], id: id))
            network.simulation.run(for: .seconds(10))
        }
        // Each of the holders has tried to hand it on.
        network.simulation.run(for: .hours(2))
        #expect(network.holders(of: "colour").sorted() == holders, "\(TestSeed.hint)")
    }

    @Test func `After 24 hours a value that nobody stores again is forgotten by all`() {
        var network = SmallNetwork(6)
        _ = network.store("green", for: "colour", at: 3)
        network.simulation.run(for: .hours(23))
        #expect(network.find("colour", from: 1) == "green", "\(TestSeed.hint)")
        network.simulation.run(for: .hours(2))
        #expect(network.find("colour", from: 1) == nil, "\(TestSeed.hint)")
        #expect(network.nodes.allSatisfy { network.value(of: "colour", at: $0) == nil })
    }

    @Test func `A value is left as a copy on the way to it`() {
        var network = SmallNetwork(40, settings: small)
        _ = network.store("green", for: "colour", at: 3)
        let before = network.nodes.count { network.value(of: "colour", at: $0) != nil }
        for node in network.nodes { _ = network.find("colour", from: node) }
        let after = network.nodes.count { network.value(of: "colour", at: $0) != nil }
        #expect(after > before, "\(TestSeed.hint)")
        #expect(network.holders(of: "colour").count == before, "\(TestSeed.hint)")
    }

    @Test func `After a cut is mended, what both sides have stored is found on both`() {
        var network = SmallNetwork(24, settings: small)
        _ = network.store("before", for: "common", at: 3)
        for node in network.nodes where node % 2 == 1 { network.simulation.move(node, to: 1) }
        network.simulation.run(for: .minutes(20))
        #expect(network.store("left", for: "left", at: 2) > 0, "\(TestSeed.hint)")
        #expect(network.store("right", for: "right", at: 5) > 0, "\(TestSeed.hint)")
        #expect(network.store("later on the left", for: "common", at: 2) > 0)
        #expect(network.find("right", from: 2) == nil)
        for node in network.nodes { network.simulation.move(node, to: 0) }
        network.simulation.run(for: .minutes(10))
        for node in network.nodes {
            #expect(network.find("left", from: node) == "left", "\(TestSeed.hint)")
            #expect(network.find("right", from: node) == "right", "\(TestSeed.hint)")
        }
        network.simulation.run(for: .hours(2))
        #expect(network.find("common", from: 5) == "later on the left", "\(TestSeed.hint)")
    }

    @Test func `Of two values that were stored on either side of a cut one wins, and all holders agree`() {
        var network = SmallNetwork(24, settings: small)
        for node in network.nodes where node % 2 == 1 { network.simulation.move(node, to: 1) }
        network.simulation.run(for: .minutes(20))
        // Of the same version, as neither writer hears of the other.
        #expect(network.store("green", for: "colour", at: 2) > 0, "\(TestSeed.hint)")
        #expect(network.store("red", for: "colour", at: 5) > 0, "\(TestSeed.hint)")
        for node in network.nodes { network.simulation.move(node, to: 0) }
        network.simulation.run(for: .hours(3))
        for node in network.nearest(to: "colour").prefix(4) {
            #expect(network.value(of: "colour", at: node) == "red", "at \(node) \(TestSeed.hint)")
        }
        for node in network.holders(of: "colour") {
            #expect(network.value(of: "colour", at: node) == "red", "at \(node) \(TestSeed.hint)")
        }
    }

    @Test func `A node that is started again elsewhere is reached there`() {
        var network = SmallNetwork(6)
        guard let id = network.simulation.node(4)?.id else { return }
        network.simulation.remove(4)
        let again = network.simulation.add(joiningThrough: [0], id: id)
        network.simulation.run(for: .minutes(2))
        for node in [0, 1, 2, 3, 5] {
            #expect(
                network.simulation.node(node)?.knownNeighbours(of: id, 1).first?.address
                    == Simulation.address(of: again), "\(TestSeed.hint)")
        }
    }

    @Test func `Who joins through somebody that is not there yet joins when it is`() {
        var simulation = Simulation(seed: TestSeed.number)
        simulation.add(joiningThrough: [1])
        simulation.run(for: .seconds(30))
        #expect(simulation.log.contains { if case .stillJoining = $0.event { true } else { false } })
        #expect(!simulation.log.contains { if case .joined = $0.event { true } else { false } })
        simulation.add(joiningThrough: [])
        simulation.run(for: .seconds(30))
        #expect(simulation.log.contains { if case .joined = $0.event { $0.node == 0 } else { false } })
    }
}
