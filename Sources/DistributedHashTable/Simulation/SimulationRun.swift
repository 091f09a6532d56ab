import Glibc

/// Carries a ``SimulationPlan`` out.
struct SimulationRun {
    private let plan: SimulationPlan
    private var simulation: Simulation
    /// The numbers of the nodes that are there.
    private var alive: [Int] = []
    private var nextDeath = Instant.never
    private var values: [NodeID: [UInt8]] = [:]
    private var keys: [NodeID] = []
    /// Those of the values that were stored on either side of a cut.
    private var keysOfSides: (left: [NodeID], right: [NodeID])?
    private var figures: [LookupFigures] = []
    private var found: Set<NodeID> = []
    /// The keys that are being looked for, by who looks for them.
    private var wanted: [Int: [NodeOperation: NodeID]] = [:]

    init(_ plan: SimulationPlan) {
        self.plan = plan
        simulation = Simulation(seed: plan.seed, network: plan.network, settings: plan.settings)
    }

    mutating func run() -> SimulationReport {
        let start = clock()
        build()
        _ = storeValues("key")
        fail()
        beginDying()
        if plan.partition > .zero { cut() }
        pass(plan.duration)
        lookForNodes()
        lookForValues()
        return report(seconds: Double(clock() - start) / Double(CLOCKS_PER_SEC))
    }

    /// Lets nodes join, a hundred a second, each through one that is there.
    private mutating func build() {
        for number in 0..<plan.nodes {
            join()
            if number > 0 { simulation.run(for: .milliseconds(10)) }
        }
        simulation.run(for: .seconds(30))
        simulation.log.removeAll()
    }

    private mutating func join() {
        guard !alive.isEmpty else { return alive.append(simulation.add(joiningThrough: [])) }
        // Two, as one may be about to die.
        let first = someone()
        let side = simulation.side(of: first)
        alive.append(simulation.add(joiningThrough: [first, someone(on: side)], side: side))
    }

    /// A node that has joined, before which nobody would use one, on one side of a cut or on any.
    private mutating func someone(on side: UInt8? = nil) -> Int {
        for _ in 0..<1000 {
            let number = alive[Int.random(in: alive.indices, using: &simulation.random)]
            if simulation.hasJoined(number), side == nil || simulation.side(of: number) == side { return number }
        }
        return alive[0]
    }

    /// Stores values under keys of that name and a number, and returns the keys' identifiers.
    private mutating func storeValues(_ name: String, on side: UInt8? = nil) -> [NodeID] {
        var stored: [NodeID] = []
        for number in 0..<plan.values {
            let key = NodeID(hashing: "\(name) \(number)".utf8)
            let value = Array("value \(number)".utf8)
            values[key] = value
            stored.append(key)
            simulation.with(someone(on: side)) { node, now in _ = node.store(value, for: key, now: now) }
            simulation.run(for: .milliseconds(10))
        }
        simulation.run(for: .seconds(10))
        simulation.log.removeAll()
        keys += stored
        return stored
    }

    /// Cuts the network in two halves, of which each stores values in the middle of that time, and mends it.
    private mutating func cut() {
        for (place, number) in alive.enumerated() { simulation.move(number, to: UInt8(place % 2)) }
        let end = simulation.now + plan.partition
        pass(plan.partition * 0.5)
        keysOfSides = (left: storeValues("left", on: 0), right: storeValues("right", on: 1))
        // While values are stored nobody dies: whoever stores them would be among the dead.
        beginDying()
        if end > simulation.now { pass(end - simulation.now) }
        for number in alive { simulation.move(number, to: 0) }
    }

    private mutating func fail() {
        for _ in 0..<Int((Double(alive.count) * plan.failedFraction).rounded()) where alive.count > 1 { removeOne() }
    }

    private mutating func removeOne() {
        let place = Int.random(in: alive.indices, using: &simulation.random)
        simulation.remove(alive[place])
        alive.swapAt(place, alive.count - 1)
        alive.removeLast()
    }

    /// Lets time pass, in which nodes die and new ones join.
    private mutating func pass(_ span: Instant.Span) {
        let end = simulation.now + span
        while nextDeath <= end {
            simulation.run(until: nextDeath)
            removeOne()
            join()
            scheduleDeath()
        }
        simulation.run(until: end)
    }

    private mutating func beginDying() { if plan.churnPerMinute > 0 { scheduleDeath() } }

    /// Deaths come at random and independently of each other, so many a minute on average.
    private mutating func scheduleDeath() {
        let perSecond = plan.churnPerMinute * Double(alive.count) / 60
        let uniform = Double.random(in: Double.leastNonzeroMagnitude..<1, using: &simulation.random)
        nextDeath = simulation.now + .seconds(-log(uniform) / perSecond)
    }

    private mutating func lookForNodes() {
        for _ in 0..<plan.values {
            let target = NodeID.random(using: &simulation.random)
            simulation.with(someone()) { node, now in _ = node.findNeighbours(of: target, now: now) }
            pass(.milliseconds(20))
            noteResults()
        }
        pass(.seconds(20))
        noteResults()
    }

    private mutating func lookForValues() {
        for key in keys {
            look(for: key)
            pass(.milliseconds(20))
            noteResults()
        }
        pass(.seconds(20))
        noteResults()
        // Whoever has died meanwhile has told nobody what it has found: another looks for that.
        for _ in 0..<10 where !wanted.isEmpty {
            let again = wanted.values.flatMap(\.values).sorted()
            wanted = [:]
            for key in again { look(for: key) }
            pass(.seconds(20))
            noteResults()
        }
    }

    private mutating func look(for key: NodeID) {
        let number = someone()
        var operation: NodeOperation?
        simulation.with(number) { node, now in operation = node.find(key, now: now) }
        if let operation { wanted[number, default: [:]][operation] = key }
    }

    private mutating func noteResults() {
        for (_, number, event) in simulation.log {
            switch event {
            case .neighbours(_, _, let cost): figures.append(cost)
            case .found(let operation, let value, let cost):
                if cost.messages > 0 { figures.append(cost) }
                guard let key = wanted[number]?.removeValue(forKey: operation) else { continue }
                if wanted[number]?.isEmpty == true { wanted[number] = nil }
                if let value, value.bytes == values[key] { found.insert(key) }
            default: break
            }
        }
        simulation.log.removeAll(keepingCapacity: true)
    }

    private func share(found keys: [NodeID]) -> Double {
        Double(keys.count { found.contains($0) }) / Double(max(keys.count, 1))
    }

    private func report(seconds: Double) -> SimulationReport {
        let nodes = alive.compactMap { simulation.node($0) }
        var there: Set<NodeID> = []
        for node in nodes {
            for key in keys where !there.contains(key) && node.keptValue(of: key, now: simulation.now) != nil {
                there.insert(key)
            }
        }
        let count = Double(max(nodes.count, 1))
        let contacts = Double(nodes.reduce(0) { $0 + $1.contactCount }) / count
        let buckets = Double(nodes.reduce(0) { $0 + $1.table.buckets.count }) / count
        let rounds = figures.map(\.rounds).sorted()
        return SimulationReport(
            plan: plan, lookups: figures.count, roundsMedian: rounds.isEmpty ? 0 : rounds[rounds.count / 2],
            roundsMax: rounds.last ?? 0,
            messagesPerLookup: Double(figures.reduce(0) { $0 + $1.messages }) / Double(max(figures.count, 1)),
            foundFraction: share(found: keys),
            foundOfSides: keysOfSides.map { (left: share(found: $0.left), right: share(found: $0.right)) },
            lostValues: keys.count - there.count,
            bytesPerNode: nodes.reduce(0) { $0 + $1.byteCount } / max(nodes.count, 1),
            contactsPerNode: (count: contacts, buckets: buckets),
            seconds: seconds, simulated: simulation.now - .start, messages: simulation.messageCount)
    }
}
