import Testing

@testable import DistributedHashTable

/// What users of other distributed hash tables have reported: each kind of fault is provoked here, and the report named.
@Suite(.timeLimit(.minutes(5))) struct FieldReportTests {
    private var small: NodeSettings {
        var settings = NodeSettings()
        settings.replication = 4
        return settings
    }

    /// bmuller/kademlia#98: the network collapses when a node is closed, and the first of all takes it along.
    @Test func `Whichever node is closed, the others go on`() {
        var settings = NodeSettings()
        settings.replication = 8
        var network = SmallNetwork(14, settings: settings)
        #expect(network.store("green", for: "colour", at: 3) == 8, "\(TestSeed.hint)")
        for gone in 0..<8 {
            network.simulation.remove(gone)
            network.nodes.removeAll { $0 == gone }
            let newcomer = network.join(through: network.nodes[1])
            #expect(network.find("colour", from: newcomer) == "green", "after \(gone) \(TestSeed.hint)")
            #expect(network.store("new", for: "\(gone)", at: newcomer) > 0, "after \(gone) \(TestSeed.hint)")
            #expect(network.find("\(gone)", from: network.nodes[0]) == "new", "after \(gone) \(TestSeed.hint)")
        }
    }

    /// bmuller/kademlia#72: a node that is started again at its address, under a new identifier, is kept twice.
    @Test func `Who is started again at the same address takes the place of who was there`() {
        var node = Node(
            id: .beginning(with: 1), address: Simulation.address(of: 1), random: SeededRandom(seed: 1), now: .start)
        let address = Simulation.address(of: 2)
        let (old, new) = (NodeID.beginning(with: 2), NodeID.beginning(with: 3))
        func asked(_ node: inout Node) -> UInt64 {
            var outgoing: [Outgoing] = []
            node.takeOutbox(into: &outgoing)
            for case .request(let message, address) in outgoing { return message.number }
            Issue.record("nobody was asked")
            return 0
        }
        _ = node.ping(address, now: .start)
        node.receive(
            PeerMessage(number: asked(&node), sender: old, body: .pong(token: 1)), from: .address(address), now: .start)
        #expect(node.knownNeighbours(of: old, 9).map(\.id) == [old])
        let search = node.find(.zero, now: .start)
        node.receive(
            PeerMessage(number: asked(&node), sender: new, body: .nodes([], token: 1)),
            from: .address(address), now: .start)
        #expect(node.contactCount == 0)
        // And nobody waits until the old one has failed to answer.
        #expect(node.takeEvents().contains { if case .found(search, nil, _) = $0 { true } else { false } })
        _ = node.ping(address, now: .start)
        node.receive(
            PeerMessage(number: asked(&node), sender: new, body: .pong(token: 1)), from: .address(address), now: .start)
        #expect(node.knownNeighbours(of: old, 9).map(\.id) == [new])
    }

    /// rchain/rchain#1185, perlin-network/noise#240: who has moved stays known where it was; here somebody else is there by now.
    @Test func `Who is started again at another address is reached there although somebody else is where it was`() {
        var lone = LoneNode(.zero)
        let before = Contact(id: .beginning(with: 1 << 63), address: Simulation.address(of: 2))
        let after = Contact(id: before.id, address: Simulation.address(of: 3))
        lone.meet(before)
        lone.meet(after)
        let asked = lone.requests()
        #expect(asked.map(\.address) == [before.address])
        let other = Contact(id: .beginning(with: 5), address: before.address)
        for question in asked { lone.take(.pong(token: 1), to: question.message, from: other) }
        #expect(lone.knows(after))
        #expect(lone.node.lapsed.contacts.isEmpty)
    }

    /// hoprnet/hoprnet#2980: what nodes have in memory alone is gone once each has been started anew, one after another.
    @Test func `Nodes that are started anew one by one with nothing but their identifiers lose no value`() {
        var network = SmallNetwork(5)
        for number in 0..<10 { #expect(network.store("\(number)", for: "key \(number)", at: 0) == 5) }
        for node in network.nodes {
            network.simulation.restart(node, joiningThrough: network.nodes.filter { $0 != node })
            network.simulation.run(for: .seconds(10))
            #expect(network.simulation.node(node)?.keptKeys.count == 10, "\(node) \(TestSeed.hint)")
        }
        for number in 0..<10 { #expect(network.find("key \(number)", from: 3) == "\(number)", "\(TestSeed.hint)") }
    }

    /// stacks-network/stacks-core#164, savoirfairelinux/opendht#134 and #137: whoever was cut off for long does not come back.
    @Test(arguments: [Instant.Span.minutes(1), .minutes(30), .hours(3)])
    func `A node that could reach nobody for a while is part of the network again`(_ span: Instant.Span) {
        var network = SmallNetwork(16, settings: small)
        let alone = 5
        network.simulation.move(alone, to: 1)
        network.simulation.run(for: span)
        #expect(network.store("green", for: "colour", at: 3) == 4, "\(TestSeed.hint)")
        #expect(network.find("colour", from: alone) == nil, "\(TestSeed.hint)")
        network.simulation.move(alone, to: 0)
        network.simulation.run(for: .minutes(10))
        #expect(network.find("colour", from: alone) == "green", "\(TestSeed.hint)")
        guard let id = network.simulation.node(alone)?.id else { return }
        let knowing = network.nodes.count { network.simulation.node($0)?.knownNeighbours(of: id, 1).first?.id == id }
        #expect(knowing >= 4, "\(TestSeed.hint)")
    }

    /// Telcoin-Association/telcoin-network#1367: what is stored again as it was is taken for old, and dies too early.
    @Test func `A value that is stored again as it was lives for a day from then`() {
        var network = SmallNetwork(8, settings: small)
        #expect(network.store("green", for: "colour", at: 3) == 4, "\(TestSeed.hint)")
        network.simulation.run(for: .hours(20))
        #expect(network.store("green", for: "colour", at: 2) >= 4, "\(TestSeed.hint)")
        network.simulation.run(for: .hours(22))
        #expect(network.find("colour", from: 1) == "green", "\(TestSeed.hint)")
        network.simulation.run(for: .hours(3))
        #expect(network.find("colour", from: 1) == nil, "\(TestSeed.hint)")
    }

    /// maidsafe-archive/crust#134, postech-dao/simperby#59: a node is among those through whom it is to join, as where all are
    /// started alike.
    @Test func `Whoever is to join through itself does not wait for itself`() {
        var simulation = Simulation(seed: TestSeed.number)
        for joins in [[0], [0, 1, 2], [0, 1, 2]] { simulation.add(joiningThrough: joins) }
        simulation.run(for: .seconds(5))
        let joined = simulation.log.compactMap { if case .joined = $0.event { $0.node } else { nil } }
        #expect(Set(joined) == [0, 1, 2], "\(TestSeed.hint)")
        #expect((0..<3).allSatisfy { simulation.node($0)?.contactCount == 2 }, "\(TestSeed.hint)")
    }

    /// exo-explore/exo#1332, pyrsia/pyrsia#953: two have one identifier, as where a machine's image was copied, and nobody says so.
    @Test(arguments: [5, 2]) func `A node learns that another has its identifier`(joiningThrough other: Int) {
        var network = SmallNetwork(8)
        guard let id = network.simulation.node(5)?.id else { return }
        let double = network.simulation.add(joiningThrough: [other], id: id)
        network.simulation.run(for: .seconds(30))
        let told = network.simulation.log.filter {
            if case .sharesIdentifier(with: Simulation.address(of: 5)) = $0.event { $0.node == double } else { false }
        }
        #expect(told.count == 1, "\(TestSeed.hint)")
    }

    /// savoirfairelinux/opendht#330: whoever comes back with what it had saved does not learn what was stored meanwhile.
    @Test func `Who is back with an old value asks those nearest to its key as soon as it has joined`() {
        let other = Contact(id: .beginning(with: 1 << 63), address: Simulation.address(of: 2))
        let key = NodeID.beginning(with: 1)
        var lone = LoneNode(.zero)
        lone.node.restore(KeptValue(StoredValue([1], version: 1), expires: .start + .hours(9)), for: key, now: .start)
        lone.node.join(through: [], now: .start)
        lone.meet(other)
        _ = lone.requests()
        lone.node.tick(now: .start + .minutes(16))
        let asked = lone.requests().filter { $0.message.body == .findNode(key) }
        #expect(asked.map(\.address) == [other.address])
    }

    @Test func `However late its file says that a value is to be forgotten, it is within a day`() {
        var lone = LoneNode(.zero)
        let key = NodeID.beginning(with: 1)
        let value = StoredValue([1], version: 1)
        lone.node.restore(KeptValue(value, expires: .start + .hours(400_000)), for: key, now: .start)
        #expect(lone.node.keptValue(of: key, now: .start + .hours(23)) == value)
        #expect(lone.node.keptValue(of: key, now: .start + .hours(24)) == nil)
    }

    /// savoirfairelinux/opendht#894: what was kept while a machine slept lives on for as long as that.
    @Test func `What was sent to a node that was stopped is not stored hours later`() {
        var lone = LoneNode(.zero)
        guard case .pong(let token) = lone.answer(to: .ping) else {
            Issue.record("no answer")
            return
        }
        let store = PeerMessage.Body.store(
            .beginning(with: 1), StoredValue([1], version: 1), life: 86_400, isCopy: false, token: token)
        // The first thing that it does is to read what has come.
        #expect(lone.answer(to: store, now: .start + .hours(10)) == .stored(.badToken))
        #expect(lone.node.keptKeys.isEmpty)
    }

    /// paritytech/litep2p#162: whoever hands a value on gives it a new life, so that it never dies.
    @Test func `Handing a value to those who come does not prolong its life`() {
        var network = SmallNetwork(6, settings: small)
        _ = network.store("green", for: "colour", at: 3)
        for _ in 0..<8 {
            network.simulation.run(for: .hours(3))
            _ = network.join()
            network.simulation.remove(network.nearest(to: "colour")[0])
        }
        network.simulation.run(for: .hours(1))
        #expect(network.nodes.allSatisfy { network.value(of: "colour", at: $0) == nil }, "\(TestSeed.hint)")
    }

    /// libp2p/js-libp2p#3537: nodes that are gone count among the nearest, and values are given to nobody.
    @Test func `A value goes to the nearest that are there`() {
        var network = SmallNetwork(24, settings: small)
        network.simulation.remove(network.nearest(to: "colour")[1])
        let node = network.nearest(to: "colour")[9]
        #expect(network.store("green", for: "colour", at: node) == 4, "\(TestSeed.hint)")
        #expect(network.holders(of: "colour").sorted() == network.nearest(to: "colour").prefix(4).sorted())
    }

    /// libp2p/js-libp2p#3538, vacp2p/nim-libp2p#2842: the hourly refresh never comes, or looks in another bucket.
    @Test func `Every bucket is looked into within the hour`() {
        let network = {
            var network = SmallNetwork(60, settings: small)
            network.simulation.run(for: .hours(5))
            return network
        }()
        for number in network.nodes {
            guard let node = network.simulation.node(number) else { continue }
            let due = network.simulation.now + .minutes(-62)
            #expect(node.table.buckets(notLookedUpSince: due) == [], "\(TestSeed.hint)")
        }
    }

    /// the8472/mldht#29, learning-at-home/hivemind#37: who is alone in its part of the tree is not known to all that are
    /// next to it, and what is stored near it goes elsewhere.
    @Test func `Who is alone in its half of the tree is found by all`() {
        var simulation = Simulation(seed: TestSeed.number, settings: small)
        for number in 0..<14 {
            let id = NodeID(high: 1 << 63, middle: 0, low: 0).random(sharing: 1, using: &simulation.random)
            simulation.add(joiningThrough: number == 0 ? [] : [0], id: id)
            simulation.run(for: .milliseconds(500))
        }
        let alone = simulation.add(joiningThrough: [3], id: .beginning(with: 5))
        simulation.run(for: .minutes(2))
        for number in 0..<14 {
            simulation.log = []
            simulation.with(number) { node, now in _ = node.findNeighbours(of: .beginning(with: 7), now: now) }
            simulation.run(for: .seconds(10))
            let nearest = simulation.log.compactMap {
                if case .neighbours(_, let contacts, _) = $0.event { contacts.first?.address } else { nil }
            }
            #expect(nearest == [Simulation.address(of: alone)], "from \(number); \(TestSeed.hint)")
        }
    }

    /// arvidn/libtorrent#151: identifiers that share ever more bits with one's own split the table beyond its end.
    @Test func `However near identifiers are to one's own, the table has a bucket for them`() {
        var generator = SeededRandom(seed: TestSeed.number)
        let own = NodeID.random(using: &generator)
        var table = RoutingTable(own: own, bucketSize: 1, now: .start)
        for depth in 0..<NodeID.bitCount {
            for number in 0..<3 {
                let id = own.random(sharing: depth, using: &generator)
                _ = table.saw(Contact(id: id, address: Simulation.address(of: depth * 3 + number)), now: .start)
            }
        }
        #expect(table.buckets.count <= NodeID.bitCount)
        #expect(table.nearest(to: own, 1).first.map { own.prefixLength(with: $0.id) } == NodeID.bitCount - 1)
    }

    /// Telcoin-Association/telcoin-network#682: whoever comes and goes is handed everything each time.
    @Test func `Who is silent now and then is handed only what is new`() {
        var network = SmallNetwork(2)
        for number in 0..<20 { #expect(network.store("\(number)", for: "key \(number)", at: 0) == 2) }
        let before = network.simulation.messageCount
        for _ in 0..<10 {
            network.simulation.move(1, to: 1)
            network.simulation.run(for: .seconds(40))
            network.simulation.move(1, to: 0)
            network.simulation.run(for: .seconds(40))
        }
        // A question or two each quarter of a minute, from each of them.
        #expect(network.simulation.messageCount - before < 600, "\(TestSeed.hint)")
        network.simulation.move(1, to: 1)
        network.simulation.run(for: .minutes(2))
        #expect(network.store("new", for: "new", at: 0) == 1)
        network.simulation.move(1, to: 0)
        network.simulation.run(for: .minutes(2))
        #expect(network.value(of: "new", at: 1) == "new", "\(TestSeed.hint)")
    }
}
