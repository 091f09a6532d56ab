import Testing

@testable import DistributedHashTable

/// A peer that answers FIND_VALUE with a value of its own.
@Suite(.timeLimit(.minutes(5))) struct LyingPeerTests {
    private let key = SmallNetwork.id("colour")

    /// Adds somebody right beside the key who says that its value is amber.
    private func addLiar(to network: inout SmallNetwork) -> (number: Int, id: NodeID) {
        let forged = StoredValue(Array("amber".utf8), version: 1)
        let id = key.random(sharing: 100, using: &network.simulation.random)
        let number = network.simulation.addImpostor(id) { request in
            switch request.body {
            case .ping: .pong(token: 1)
            case .findNode: .nodes([], token: 1)
            case .findValue: .value(forged, life: 86_400, isCopy: false)
            case .store: .stored(.kept)
            case .pong, .nodes, .value, .stored: nil
            }
        }
        return (number, id)
    }

    @Test func `A value that a liar makes up is believed by whoever asks it, and by none that has the honest one`() {
        var settings = NodeSettings()
        settings.replication = 4
        var network = SmallNetwork(20, settings: settings)
        #expect(network.store("green", for: "colour", at: 3) == 4, "\(TestSeed.hint)")
        let holders = network.nearest(to: "colour").prefix(4)
        let liar = addLiar(to: &network)
        // One that knows nobody else.
        let victim = network.simulation.add(joiningThrough: [])
        for node in network.nodes + [victim] {
            let address = Simulation.address(of: liar.number)
            network.simulation.inject(
                PeerMessage(number: 1, sender: liar.id, address: address, body: .ping),
                from: .connection(address.host, number: UInt64(liar.number), key: .none), to: node)
        }
        network.simulation.run(for: .seconds(5))
        #expect(network.find("colour", from: victim) == "amber")
        // Whoever has found it so leaves a copy.
        let misled = network.nearest(to: "colour")[4]
        network.simulation.with(misled) { node, now in
            let forged = StoredValue(Array("amber".utf8), version: 1)
            _ = node.keepValue(forged, of: key, until: now + .hours(1), asCopy: true, now: now)
        }
        network.simulation.remove(liar.number)
        for _ in 0..<4 {
            network.simulation.run(for: .minutes(40))
            for node in holders { #expect(network.value(of: "colour", at: node) == "green", "\(TestSeed.hint)") }
        }
        for node in network.nodes { #expect(network.find("colour", from: node) == "green", "\(TestSeed.hint)") }
    }
}
