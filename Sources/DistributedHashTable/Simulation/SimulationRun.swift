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
    private var figures: [LookupFigures] = []
    private var found = 0
    /// The keys that are being looked for, by who looks for them.
    private var wanted: [Int: [NodeOperation: NodeID]] = [:]

    init(_ plan: SimulationPlan) {
        self.plan = plan
        simulation = Simulation(seed: plan.seed, network: plan.network, settings: plan.settings)
    }

    mutating func run() -> SimulationReport {
        let start = clock()
        build()
        storeValues()
        fail()
        if plan.churnPerMinute > 0 { scheduleDeath() }
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
        // Two, as one may be about to die.
        let others = alive.isEmpty ? [] : [someone(), someone()]
        alive.append(simulation.add(joiningThrough: others))
    }

    /// A node that has joined; before that nobody would use one.
    private mutating func someone() -> Int {
        for _ in 0..<1000 {
            let number = alive[Int.random(in: alive.indices, using: &simulation.random)]
            if simulation.hasJoined(number) { return number }
        }
        return alive[0]
    }

    private mutating func storeValues() {
        for number in 0..<plan.values {
            let key = NodeID(hashing: "key \(number)".utf8)
            let value = Array("value \(number)".utf8)
            values[key] = value
            keys.append(key)
            simulation.with(someone()) { node, now in _ = node.store(value, for: key, now: now) }
            simulation.run(for: .milliseconds(10))
        }
        simulation.run(for: .seconds(10))
        simulation.log.removeAll()
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
                if let value, value.bytes == values[key] { found += 1 }
            default: break
            }
        }
        simulation.log.removeAll(keepingCapacity: true)
    }

    private func report(seconds: Double) -> SimulationReport {
        let nodes = alive.compactMap { simulation.node($0) }
        var there: Set<NodeID> = []
        for node in nodes {
            for key in keys where !there.contains(key) && node.keptValue(of: key, now: simulation.now) != nil {
                there.insert(key)
            }
        }
        let rounds = figures.map(\.rounds).sorted()
        return SimulationReport(
            plan: plan, lookups: figures.count, roundsMedian: rounds.isEmpty ? 0 : rounds[rounds.count / 2],
            roundsMax: rounds.last ?? 0,
            messagesPerLookup: Double(figures.reduce(0) { $0 + $1.messages }) / Double(max(figures.count, 1)),
            foundFraction: Double(found) / Double(max(keys.count, 1)), lostValues: keys.count - there.count,
            bytesPerNode: nodes.reduce(0) { $0 + $1.byteCount } / max(nodes.count, 1), seconds: seconds,
            simulated: simulation.now - .start, messages: simulation.messageCount)
    }
}
