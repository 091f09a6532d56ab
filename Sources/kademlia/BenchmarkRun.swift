import CommandLineSupport
import DistributedHashTable
import SwiftZMQ
import Synchronization

/// Starts nodes, and measures what a client of theirs can do.
final class BenchmarkRun: Sendable {
    private let nodes: Int
    private let killedFraction: Double
    private let values: Int
    private let size: Int
    private let concurrency: Int
    private let running = Mutex<[NodeProcess]>([])

    init(nodes: Int, killedFraction: Double, values: Int, size: Int, concurrency: Int) {
        self.nodes = nodes
        self.killedFraction = killedFraction
        self.values = values
        self.size = size
        self.concurrency = concurrency
    }

    func run() async throws -> BenchmarkResult {
        let start = ContinuousClock.now
        let endpoints = try startNodes()
        var settings = NetworkNodeSettings()
        // Several, as the one may be among those that are killed.
        settings.join = endpoints.suffix(3).compactMap { PeerAddress(endpoint: $0) }
        return try await Client.run(settings) { [self] client in
            let stores = try await measure { [self] number in
                try await client.store(value(number), for: key(number)) > 0
            }
            let finds = try await measure { [self] number in
                try await client.find(key(number)) == value(number)
            }
            let doomed = Int((Double(nodes) * killedFraction).rounded())
            for node in running.withLock({ running in running.shuffled() }).prefix(doomed) { kill(node) }
            let afterwards = try await measure { [self] number in
                try await client.find(key(number)) == value(number)
            }
            return BenchmarkResult(
                nodes: nodes, killed: doomed, values: values, stores: stores, finds: finds, afterwards: afterwards,
                seconds: (ContinuousClock.now - start) / .seconds(1))
        }
    }

    private func startNodes() throws -> [String] {
        let first = try start([])
        var endpoints = [try first.endpoint()]
        // Not all at once, lest they wait for each other's start and take that for silence.
        while endpoints.count < nodes {
            let others = try (0..<min(5, nodes - endpoints.count)).map { _ in try start(["--join", endpoints[0]]) }
            endpoints += try others.map { try $0.endpoint() }
        }
        return endpoints
    }

    private func start(_ arguments: [String]) throws -> NodeProcess {
        let node = try NodeProcess(arguments)
        running.withLock { $0.append(node) }
        return node
    }

    private func kill(_ node: NodeProcess) {
        let isOurs = running.withLock { running in
            guard let place = running.firstIndex(where: { $0.processID == node.processID }) else { return false }
            running.remove(at: place)
            return true
        }
        if isOurs { node.kill() }
    }

    /// Ends every node that is there.
    func killAll() {
        let all = running.withLock { running in
            defer { running = [] }
            return running
        }
        for node in all { node.kill() }
    }

    private func key(_ number: Int) -> NodeID { NodeID(hashing: "key \(number)".utf8) }

    private func value(_ number: Int) -> [UInt8] {
        let text = Array("value \(number) ".utf8)
        return (0..<size).map { text[$0 % text.count] }
    }

    /// Does something with every value, several at once.
    private func measure(_ work: @escaping @Sendable (Int) async throws -> Bool) async throws -> BenchmarkResult.Phase {
        let start = ContinuousClock.now
        var done = 0
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<values {
                if number >= concurrency, try await group.next() == true { done += 1 }
                group.addTask { try await work(number) }
            }
            for try await succeeded in group where succeeded { done += 1 }
        }
        return BenchmarkResult.Phase(
            succeeded: Double(done) / Double(values),
            perSecond: Double(values) / ((ContinuousClock.now - start) / .seconds(1)))
    }
}
