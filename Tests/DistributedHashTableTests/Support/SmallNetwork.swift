@testable import DistributedHashTable

/// A simulated network of some nodes that have all joined.
struct SmallNetwork {
    var simulation: Simulation
    /// The numbers of the nodes.
    var nodes: [Int]

    init(_ count: Int, settings: NodeSettings = NodeSettings(), network: SimulatedNetwork = SimulatedNetwork()) {
        simulation = Simulation(seed: TestSeed.number, network: network, settings: settings)
        nodes = [simulation.add(joiningThrough: [])]
        for _ in 1..<count {
            nodes.append(simulation.add(joiningThrough: [nodes[0]]))
            simulation.run(for: .milliseconds(200))
        }
        simulation.run(for: .seconds(20))
        simulation.log = []
    }

    mutating func join(through other: Int? = nil) -> Int {
        nodes.append(simulation.add(joiningThrough: [other ?? nodes[0]]))
        simulation.run(for: .seconds(10))
        return nodes[nodes.count - 1]
    }

    /// At how many nodes a value was stored.
    mutating func store(_ text: String, for key: String, at node: Int) -> Int {
        simulation.log = []
        simulation.with(node) { node, now in _ = node.store(Array(text.utf8), for: Self.id(key), now: now) }
        _ = simulation.run(atMost: .seconds(60)) { !$0.log.isEmpty }
        for case (_, _, .stored(_, let count, _)) in simulation.log { return count }
        return -1
    }

    /// What a node finds.
    mutating func find(_ key: String, from node: Int) -> String? {
        simulation.log = []
        simulation.with(node) { node, now in _ = node.find(Self.id(key), now: now) }
        _ = simulation.run(atMost: .seconds(60)) { simulation in
            simulation.log.contains { if case .found = $0.event { true } else { false } }
        }
        for case (_, _, .found(_, let value, _)) in simulation.log {
            return value.map { String(decoding: $0.bytes, as: UTF8.self) }
        }
        return nil
    }

    /// The nodes that have a value, as more than a copy.
    func holders(of key: String) -> [Int] {
        nodes.filter { simulation.node($0)?.keptKeys.contains(Self.id(key)) == true }
    }

    func value(of key: String, at node: Int) -> String? {
        simulation.node(node)?.keptValue(of: Self.id(key), now: simulation.now).map {
            String(decoding: $0.bytes, as: UTF8.self)
        }
    }

    static func id(_ key: String) -> NodeID { NodeID(hashing: key.utf8) }

    /// Nodes in the order of their distance to a key.
    func nearest(to key: String) -> [Int] {
        nodes.filter { simulation.node($0) != nil }.sorted { one, other in
            guard let one = simulation.node(one)?.id, let other = simulation.node(other)?.id else { return false }
            return one.distance(to: Self.id(key)) < other.distance(to: Self.id(key))
        }
    }
}
