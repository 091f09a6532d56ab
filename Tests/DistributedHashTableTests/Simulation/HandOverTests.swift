import Testing

@testable import DistributedHashTable

/// Many values for a node that has come.
@Suite(.timeLimit(.minutes(5))) struct HandOverTests {
    private func keys(_ count: Int) -> [NodeID] { (0..<count).map { NodeID(hashing: "key \($0)".utf8) } }

    private func keep(_ keys: [NodeID], at node: inout Node, now: Instant) {
        for key in keys {
            let value = StoredValue([1], version: 1)
            _ = node.keepValue(value, of: key, until: now + .hours(1), asCopy: false, now: now)
        }
    }

    @Test func `However many values there are, who joins gets all of them and keeps its place`() {
        var settings = NodeSettings()
        // Far less than there is to hand over.
        settings.mostMessagesAtOnce = 500
        settings.mostMessagesPerSecond = 1_000
        var network = SmallNetwork(5, settings: settings)
        let keys = keys(2_000)
        for node in network.nodes {
            network.simulation.with(node) { node, now in keep(keys, at: &node, now: now) }
        }
        let newcomer = network.simulation.add(joiningThrough: [network.nodes[0]])
        network.simulation.run(for: .seconds(30))
        guard let joined = network.simulation.node(newcomer) else { return }
        #expect(joined.keptKeys.count == keys.count, "\(TestSeed.hint)")
        for node in network.nodes {
            let nearest = network.simulation.node(node)?.knownNeighbours(of: joined.id, 1)
            #expect(nearest?.first?.id == joined.id, "at \(node) \(TestSeed.hint)")
        }
    }

    /// Those that have a value may be near to each other and far from its key.
    @Test func `Who joins nearest to a key gets its value although nobody else is near`() {
        var settings = NodeSettings()
        settings.replication = 4
        var lone = LoneNode(.beginning(with: 0xCF8C << 48), settings: settings)
        let others: [UInt64] = [0xCC49, 0xCB08, 0xC990, 0x1000, 0x2000, 0x3000, 0x4000]
        for (number, word) in others.enumerated() {
            lone.meet(Contact(id: .beginning(with: word << 48), address: Simulation.address(of: 10 + number)))
        }
        let key = NodeID.beginning(with: 0xD683 << 48)
        keep([key], at: &lone.node, now: .start)
        let nearest = Contact(id: .beginning(with: 0xCE13 << 48), address: Simulation.address(of: 2))
        lone.meet(nearest)
        let handed = lone.requests().filter { $0.address == nearest.address }
        let value = StoredValue([1], version: 1)
        #expect(handed.map(\.message.body) == [.store(key, value, life: 3600, isCopy: false, token: 7)])
    }

    private let newcomer = Contact(id: .beginning(with: 1 << 63), address: Simulation.address(of: 2))

    /// A node with values that the newcomer has just answered.
    private func meeting(_ values: Int) -> LoneNode {
        var lone = LoneNode(.zero)
        keep(keys(values), at: &lone.node, now: .start)
        lone.meet(newcomer, token: 7)
        return lone
    }

    @Test func `Whoever comes with an answer that has no token is asked for one`() {
        var lone = LoneNode(.zero)
        keep(keys(3), at: &lone.node, now: .start)
        let other = Contact(id: .beginning(with: 1 << 62), address: Simulation.address(of: 3))
        lone.meet(other)
        _ = lone.requests()
        _ = lone.node.find(.beginning(with: 1 << 61), now: .start)
        for question in lone.requests() {
            lone.take(.nodes([newcomer], token: 7), to: question.message, from: other)
        }
        // It has the value, and comes to be known by that alone.
        for question in lone.requests() {
            let value = PeerMessage.Body.value(StoredValue([2], version: 1), life: 60, isCopy: false)
            lone.take(value, to: question.message, from: newcomer)
        }
        let asked = lone.requests().filter { $0.address == newcomer.address }
        #expect(asked.map(\.message.body) == [.ping])
        for question in asked { lone.take(.pong(token: 8), to: question.message, from: newcomer) }
        let handed = lone.requests().filter { $0.address == newcomer.address }
        #expect(handed.count == 3)
    }

    @Test func `Whoever is started anew is handed everything again, but not again and again`() {
        var lone = meeting(3)
        /// How many values it is handed when it answers as one that was started anew.
        func handed(incarnation: UInt32, at time: Instant) -> Int {
            _ = lone.node.ping(newcomer.address, now: time)
            func answer(_ body: PeerMessage.Body, to request: PeerMessage) {
                lone.take(body, to: request, from: newcomer, incarnation: incarnation, now: time)
            }
            for request in lone.requests() where request.message.body == .ping {
                answer(.pong(token: 9), to: request.message)
            }
            let stores = lone.requests()
            for request in stores { answer(.stored(.kept), to: request.message) }
            return stores.count
        }
        #expect(handed(incarnation: 1, at: .start + .seconds(11)) == 3)
        #expect(handed(incarnation: 1, at: .start + .seconds(12)) == 0)
        #expect(handed(incarnation: 2, at: .start + .seconds(13)) == 0)
        // What it was not handed is not forgotten.
        #expect(handed(incarnation: 2, at: .start + .seconds(22)) == 3)
    }

    @Test func `A node that leaves while it hands values on waits for all of them, each time it is asked to`() {
        var lone = LoneNode(.zero)
        lone.meet(newcomer)
        let keys = keys(20)
        keep(keys, at: &lone.node, now: .start)
        for key in keys.prefix(4) { lone.node.beginLater(.republish, of: key, now: .start) }
        lone.node.leave(now: .start)
        func hasLeft() -> Bool {
            lone.node.takeEvents().contains { if case .left = $0 { true } else { false } }
        }
        var stored: Set<NodeID> = []
        var requests = lone.requests()
        while !requests.isEmpty {
            for request in requests {
                let left = hasLeft()
                #expect(!left)
                switch request.message.body {
                case .findNode: lone.take(.nodes([], token: 8), to: request.message, from: newcomer)
                case .store(let key, _, _, _, _):
                    stored.insert(key)
                    lone.take(.stored(.kept), to: request.message, from: newcomer)
                default: Issue.record("\(request.message.body)")
                }
            }
            requests = lone.requests()
        }
        #expect(stored == Set(keys))
        let left = hasLeft()
        #expect(left)
        lone.node.leave(now: .start)
        let leftAgain = hasLeft()
        #expect(leftAgain)
    }

    @Test func `Only so many values are under way to one node`() {
        var lone = meeting(1_000)
        let first = lone.requests()
        #expect(first.count == HandOver.window)
        for request in first.prefix(10) { lone.take(.stored(.kept), to: request.message, from: newcomer) }
        let next = lone.requests()
        #expect(next.count == 10)
    }

    /// maidsafe/temp_safe_network#1208: all that a newcomer is to have is sent at once, however much that is.
    @Test func `Of large values fewer are under way to one node`() {
        var lone = LoneNode(.zero)
        let value = StoredValue([UInt8](repeating: 7, count: StoredValue.mostBytes), version: 1)
        for key in keys(100) {
            _ = lone.node.keepValue(value, of: key, until: .start + .hours(1), asCopy: false, now: .start)
        }
        lone.meet(newcomer)
        let first = lone.requests()
        #expect(first.count == 4)
        for request in first.prefix(2) { lone.take(.stored(.kept), to: request.message, from: newcomer) }
        let next = lone.requests()
        #expect(next.count == 2)
    }

    @Test func `Whoever is silent is handed nothing more`() {
        var lone = meeting(1_000)
        var sent = lone.requests().count
        for second in 1...60 {
            lone.node.tick(now: .start + .seconds(Double(second)))
            sent += lone.requests().count { if case .store = $0.message.body { true } else { false } }
        }
        #expect(!lone.knows(newcomer))
        // Each of the first twice, and a few before it was clear that it is gone.
        #expect(sent < 3 * HandOver.window, "\(sent)")
        #expect(lone.node.handOvers.isEmpty)
    }

    @Test func `A hand-over that takes longer than a token is good for asks for another`() {
        let values = 10_000
        var lone = meeting(values)
        var now = Instant.start
        var tokens: Set<UInt64> = []
        var stored = 0
        while true {
            let requests = lone.requests()
            guard !requests.isEmpty else { break }
            now = now + .milliseconds(1900)
            for request in requests {
                switch request.message.body {
                case .store(_, _, _, _, let token):
                    tokens.insert(token)
                    stored += 1
                    lone.take(.stored(.kept), to: request.message, from: newcomer, now: now)
                case .ping: lone.take(.pong(token: 8), to: request.message, from: newcomer, now: now)
                default: Issue.record("\(request.message.body)")
                }
            }
        }
        #expect(stored == values)
        #expect(tokens == [7, 8])
    }
}
