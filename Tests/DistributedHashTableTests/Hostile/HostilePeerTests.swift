import Testing

@testable import DistributedHashTable

/// Peers that do what they like: nothing crashes, grows or loses a value that honest nodes hold.
@Suite(.timeLimit(.minutes(5))) struct HostilePeerTests {
    private let stranger = NodeID.beginning(with: 0xBAD)
    private let host = IPAddress(v4: 0x0A0A_0A0A)
    private var source: MessageSource { .connection(host, number: 4711, key: .none) }

    private func request(_ body: PeerMessage.Body, sender: NodeID? = nil, address: PeerAddress? = nil) -> PeerMessage {
        PeerMessage(number: 1, sender: sender ?? stranger, address: address, body: body)
    }

    /// A node by itself, whose answers can be read.
    private func node(_ settings: NodeSettings = NodeSettings()) -> Node {
        Node(
            id: .beginning(with: 1), address: Simulation.address(of: 1), settings: settings,
            random: SeededRandom(seed: TestSeed.number), now: .start)
    }

    private func answers(_ node: inout Node) -> [PeerMessage.Body] {
        var outgoing: [Outgoing] = []
        node.takeOutbox(into: &outgoing)
        return outgoing.compactMap { if case .answer(let message, _) = $0 { message.body } else { nil } }
    }

    private func requests(_ node: inout Node) -> [(message: PeerMessage, address: PeerAddress)] {
        var outgoing: [Outgoing] = []
        node.takeOutbox(into: &outgoing)
        return outgoing.compactMap {
            if case .request(let message, let address) = $0 { (message, address) } else { nil }
        }
    }

    @Test func `A store needs the token that an answer gave to the same address and sender`() throws {
        var node = node()
        let value = StoredValue([1], version: 1)
        func store(_ token: UInt64) -> PeerMessage {
            request(.store(stranger, value, life: 60, isCopy: false, token: token))
        }
        node.receive(store(0), from: source, now: .start)
        #expect(answers(&node) == [.stored(.badToken)])
        node.receive(request(.ping), from: source, now: .start)
        guard case .pong(let token) = answers(&node).first else {
            Issue.record("no answer")
            return
        }
        node.receive(store(token), from: .connection(IPAddress(v4: 9), number: 4711, key: .none), now: .start)
        #expect(answers(&node) == [.stored(.badToken)])
        let other = request(.store(stranger, value, life: 60, isCopy: false, token: token), sender: .beginning(with: 5))
        node.receive(other, from: source, now: .start)
        #expect(answers(&node) == [.stored(.badToken)])
        #expect(node.keptKeys.isEmpty)
        node.receive(store(token), from: source, now: .start)
        #expect(answers(&node) == [.stored(.kept)])
        #expect(node.keptKeys == [stranger])
    }

    @Test func `Who claims an address gets no place before it has answered there`() {
        var node = node()
        let claimed = Simulation.address(of: 77)
        node.receive(request(.ping, address: claimed), from: source, now: .start)
        let asked = requests(&node)
        #expect(asked.map(\.address) == [claimed])
        #expect(node.contactCount == 0)
        let number = asked.first?.message.number ?? 0
        let answer = PeerMessage(number: number, sender: stranger, body: .pong(token: 1))
        // From elsewhere or under another number it is no answer.
        node.receive(answer, from: .address(Simulation.address(of: 78)), now: .start)
        node.receive(
            PeerMessage(number: number &+ 1, sender: stranger, body: .pong(token: 1)), from: .address(claimed),
            now: .start)
        node.receive(answer, from: source, now: .start)
        #expect(node.contactCount == 0)
        node.receive(answer, from: .address(claimed), now: .start)
        #expect(node.contactCount == 1)
    }

    @Test func `Who answers at an address that another has claimed gets no place, and neither does that`() {
        var node = node()
        let claimed = Simulation.address(of: 77)
        node.receive(request(.ping, address: claimed), from: source, now: .start)
        let number = requests(&node).first?.message.number ?? 0
        for sender in [NodeID.beginning(with: 3), stranger] {
            let answer = PeerMessage(number: number, sender: sender, body: .pong(token: 1))
            node.receive(answer, from: .address(claimed), now: .start)
        }
        #expect(node.contactCount == 0)
    }

    @Test func `An identifier that does not belong to its key is not heard, and not believed`() {
        var settings = NodeSettings()
        settings.requiresKeys = true
        var node = node(settings)
        let key = PublicKey(bytes: [UInt8](repeating: 7, count: 32)) ?? .none
        let owner = NodeID(hashing: key.bytes)
        let secured = MessageSource.connection(host, number: 1, key: key)
        node.receive(request(.ping, sender: stranger), from: secured, now: .start)
        #expect(answers(&node).isEmpty)
        node.receive(request(.ping, sender: owner), from: secured, now: .start)
        #expect(answers(&node).count == 1)
        // Nor is a contact that others name.
        let address = PeerAddress(host: host, port: 1, key: key)
        let contact = Contact(id: owner, address: address)
        #expect(contact.idBelongsToKey)
        #expect(!Contact(id: stranger, address: address).idBelongsToKey)
        // Nor does it reach a place at the address of another key.
        node.receive(
            request(.ping, sender: owner, address: PeerAddress(host: host, port: 1)), from: secured, now: .start)
        #expect(requests(&node).isEmpty)
    }

    @Test func `A flood is answered as far as its sender's rate goes, and others are served`() {
        var settings = NodeSettings()
        settings.mostMessagesPerSecond = 100
        settings.mostMessagesAtOnce = 200
        var node = node(settings)
        for _ in 0..<20_000 { node.receive(request(.findNode(stranger)), from: source, now: .start) }
        #expect(answers(&node).count == 200)
        node.receive(request(.ping), from: .connection(host, number: 5, key: .none), now: .start)
        #expect(answers(&node).count == 1)
    }

    @Test func `With keys a flood through many connections is one flood`() {
        var settings = NodeSettings()
        settings.requiresKeys = true
        settings.mostMessagesAtOnce = 200
        var node = node(settings)
        func ping(_ seed: UInt8, connection: UInt64) {
            let key = PublicKey(bytes: [UInt8](repeating: seed, count: 32)) ?? .none
            node.receive(
                request(.ping, sender: NodeID(hashing: key.bytes)),
                from: .connection(host, number: connection, key: key), now: .start)
        }
        for number: UInt64 in 0..<1000 { ping(7, connection: number) }
        #expect(answers(&node).count == 200)
        ping(8, connection: 0)
        #expect(answers(&node).count == 1)
    }

    @Test func `However many claim to be nodes, a node does not grow`() {
        var node = node()
        var generator = SeededRandom(seed: TestSeed.number)
        for number in 0..<30_000 {
            let ping = request(
                .ping, sender: .random(using: &generator), address: Simulation.address(of: number))
            let now = Instant(microseconds: Int64(number) * 100)
            node.receive(ping, from: .connection(host, number: UInt64(number), key: .none), now: now)
            if node.nextTick <= now { node.tick(now: now) }
            _ = answers(&node)
        }
        #expect(node.contactCount == 0)
        #expect(node.byteCount < 2_000_000, "\(node.byteCount)")
    }

    @Test func `Whoever fills a node up makes it forget nothing`() {
        var settings = NodeSettings()
        settings.mostValues = 100
        var node = node(settings)
        let honest = NodeID.beginning(with: 2)
        node.receive(request(.ping), from: source, now: .start)
        guard case .pong(let token) = answers(&node).first else {
            Issue.record("no answer")
            return
        }
        func store(_ key: NodeID, isCopy: Bool) {
            let value = StoredValue([1, 2, 3], version: 1)
            node.receive(
                request(.store(key, value, life: 86_400, isCopy: isCopy, token: token)), from: source, now: .start)
        }
        store(honest, isCopy: false)
        var generator = SeededRandom(seed: TestSeed.number)
        for number in 0..<1000 { store(.random(using: &generator), isCopy: number % 2 == 0) }
        #expect(answers(&node).contains(.stored(.full)))
        #expect(node.keptValue(of: honest, now: .start) != nil)
        #expect(node.byteCount < 1_000_000)
    }

    @Test func `A value of the highest version that there is does not break those who write after it`() {
        var network = SmallNetwork(6)
        let key = SmallNetwork.id("colour")
        network.simulation.with(2) { node, now in
            _ = node.keepValue(StoredValue([1], version: .max), of: key, until: .never, asCopy: false, now: now)
        }
        // Of two of the same version the greater bytes stay, as everywhere.
        #expect(network.store("zebra", for: "colour", at: 4) == 6, "\(TestSeed.hint)")
        #expect(network.store("aardvark", for: "colour", at: 4) == 0, "\(TestSeed.hint)")
        for node in network.holders(of: "colour") { #expect(network.value(of: "colour", at: node) == "zebra") }
    }

    @Test func `A bucket full of liars hides no value`() {
        var settings = NodeSettings()
        settings.replication = 8
        var network = SmallNetwork(30, settings: settings)
        for number in 0..<20 { _ = network.store("value \(number)", for: "key \(number)", at: number) }
        let victim = network.simulation.add(joiningThrough: [])
        guard let own = network.simulation.node(victim)?.id else { return }
        // Its farther half is liars only, who name nodes right beside the target that are not there.
        for _ in 0..<8 {
            let id = own.random(sharing: 0, using: &network.simulation.random)
            let liar = network.simulation.addImpostor(id) { request in
                switch request.body {
                case .ping: return .pong(token: 1)
                case .findNode(let target), .findValue(let target):
                    var generator = SeededRandom(seed: request.number)
                    let contacts = (0..<8).map { _ in
                        Contact(
                            id: target.random(sharing: 150, using: &generator),
                            address: PeerAddress(host: IPAddress(v4: 0x0BFF_FFFF), port: 9))
                    }
                    return .nodes(contacts, token: 1)
                case .store: return .stored(.kept)
                default: return nil
                }
            }
            network.simulation.inject(
                PeerMessage(number: 1, sender: id, address: Simulation.address(of: liar), body: .ping),
                from: .connection(Simulation.address(of: liar).host, number: UInt64(liar), key: .none), to: victim)
        }
        network.simulation.run(for: .seconds(5))
        #expect(network.simulation.node(victim)?.contactCount == 8)
        // Only then does it come to know honest nodes.
        for node in 0..<30 {
            network.simulation.with(victim) { victim, now in _ = victim.ping(Simulation.address(of: node), now: now) }
        }
        network.simulation.run(for: .seconds(5))
        for number in 0..<20 {
            #expect(network.find("key \(number)", from: victim) == "value \(number)", "key \(number) \(TestSeed.hint)")
        }
    }

    /// `DHT_HOSTILE_MESSAGES` sets how many.
    @Test func `Whatever messages come, values that honest nodes hold stay as they are`() {
        var settings = NodeSettings()
        settings.replication = 4
        var network = SmallNetwork(8, settings: settings)
        _ = network.store("green", for: "colour", at: 3)
        let before = network.holders(of: "colour")
        var generator = SeededRandom(seed: TestSeed.number)
        let originals = MessageTests.messages.map(\.encoded).filter { $0.count < 4096 }
        for number in 0..<TestSeed.setting("DHT_HOSTILE_MESSAGES", 5000) {
            var bytes = originals.randomElement(using: &generator) ?? []
            bytes[Int.random(in: 5..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            guard let message = try? PeerMessage(bytes) else { continue }
            let target = Int.random(in: 0..<8, using: &generator)
            let from: MessageSource =
                Bool.random(using: &generator)
                ? source : .address(Simulation.address(of: Int.random(in: 0..<9, using: &generator)))
            network.simulation.inject(message, from: from, to: target)
            if number % 100 == 0 { network.simulation.run(for: .milliseconds(100)) }
        }
        network.simulation.run(for: .minutes(1))
        // A search may have left a copy with another meanwhile.
        #expect(Set(network.holders(of: "colour")).isSuperset(of: before), "\(TestSeed.hint)")
        for node in network.nodes {
            #expect(network.find("colour", from: node) == "green", "\(TestSeed.hint)")
            #expect((network.simulation.node(node)?.byteCount ?? 0) < 1_000_000, "\(TestSeed.hint)")
        }
    }
}
