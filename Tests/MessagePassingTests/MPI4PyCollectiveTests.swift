import MessagePassing
import Testing

/// What mpi4py's `test_cco_obj.py` checks, written anew.
@Suite(.timeLimit(.minutes(3))) struct MPI4PyCollectiveTests {
    @Test(arguments: 1...3)
    func `All ranks leave a barrier`(size: Int) async throws {
        try await SampleValues.run(size) { world in try await world.barrier() }
    }

    private static func broadcast<Value: SampleValue>(_ value: Value, _ world: Communicator) async throws {
        for root in 0..<world.size {
            let told = try await world.broadcast(world.rank == root ? value : nil, from: root)
            #expect(told == value, "from \(root)")
        }
    }

    @Test(arguments: 1...3)
    func `Values of any rank are broadcast`(size: Int) async throws {
        try await SampleValues.runAll(size) { value, world in try await Self.broadcast(value, world) }
    }

    private static func gather<Value: SampleValue>(_ value: Value, _ world: Communicator) async throws {
        for root in 0..<world.size {
            let all = try await world.gather(value, to: root)
            #expect(all == (world.rank == root ? Array(repeating: value, count: world.size) : nil), "to \(root)")
        }
    }

    @Test(arguments: 1...3)
    func `Values are gathered at any rank`(size: Int) async throws {
        try await SampleValues.runAll(size) { value, world in try await Self.gather(value, world) }
    }

    private static func scatter<Value: SampleValue>(_ value: Value, _ world: Communicator) async throws {
        for root in 0..<world.size {
            let values = world.rank == root ? Array(repeating: value, count: world.size) : nil
            let own = try await world.scatter(values, from: root)
            #expect(own == value, "from \(root)")
        }
    }

    @Test(arguments: 1...3)
    func `Values of any rank are scattered`(size: Int) async throws {
        try await SampleValues.runAll(size) { value, world in try await Self.scatter(value, world) }
    }

    private static func exchange<Value: SampleValue>(_ value: Value, _ world: Communicator) async throws {
        let expected = Array(repeating: value, count: world.size)
        let gathered = try await world.allGather(value)
        #expect(gathered == expected)
        let exchanged = try await world.allToAll(expected)
        #expect(exchanged == expected)
    }

    @Test(arguments: 1...3)
    func `Values are gathered by all, and exchanged by all`(size: Int) async throws {
        try await SampleValues.runAll(size) { value, world in try await Self.exchange(value, world) }
    }

    /// A reduction, and what it makes of the numbers of ranks.
    private struct Case: Sendable {
        let reduction: Reduction<Int>
        let result: @Sendable (Range<Int>) -> Int
    }

    private static let cases = [
        Case(reduction: .sum) { $0.reduce(0, +) }, Case(reduction: .product) { $0.reduce(1, *) },
        Case(reduction: .maximum) { $0.max() ?? 0 }, Case(reduction: .minimum) { $0.min() ?? 0 },
    ]

    @Test(arguments: 1...3)
    func `The numbers of ranks are reduced, at any rank and for all`(size: Int) async throws {
        try await SampleValues.run(size) { world in
            for entry in Self.cases {
                let expected = entry.result(0..<world.size)
                for root in 0..<world.size {
                    let reduced = try await world.reduce(world.rank, entry.reduction, to: root)
                    #expect(reduced == (world.rank == root ? expected : nil))
                }
                let forAll = try await world.allReduce(world.rank, entry.reduction)
                #expect(forAll == expected)
            }
        }
    }

    @Test(arguments: 1...3)
    func `The numbers up to each rank are reduced`(size: Int) async throws {
        try await SampleValues.run(size) { world in
            let sizes = try await world.scan(world.size, .sum)
            #expect(sizes == world.size * (world.rank + 1))
            for entry in Self.cases {
                let scanned = try await world.scan(world.rank, entry.reduction)
                #expect(scanned == entry.result(0..<world.rank + 1))
            }
        }
    }

    @Test(arguments: 1...3)
    func `A root that is no rank is refused`(size: Int) async throws {
        try await SampleValues.run(size) { world in
            for root in [-world.size, world.size] {
                // It cannot be used any more afterwards, as nobody knows what the others have called.
                let part = try #require(try await world.split(color: 0))
                await #expect { try await part.reduce(1, .sum, to: root) } throws: { error in
                    (error as? MessagePassingError)?.code == .invalidArgument
                }
            }
        }
    }
}
