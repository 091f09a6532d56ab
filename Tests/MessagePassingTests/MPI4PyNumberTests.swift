import MessagePassing
import Testing

/// What mpi4py's `test_cco_buf.py` and `test_msgzero.py` check, written anew: numbers of each type.
@Suite(.timeLimit(.minutes(3))) struct MPI4PyNumberTests {
    private static let types: [any PlainNumber.Type] = [
        Int.self, Int8.self, Int16.self, Int32.self, Int64.self, UInt.self, UInt8.self, UInt16.self, UInt32.self,
        UInt64.self, Float.self, Double.self,
    ]

    private static func numbers<Number: PlainNumber>(_ values: some Sequence<Int>) -> [Number] {
        values.compactMap { Number(exactly: $0) }
    }

    private static func power(_ base: Int, _ exponent: Int) -> Int {
        (0..<exponent).reduce(1) { power, _ in power * base }
    }

    // MARK: Moving

    private static func move<Number: PlainNumber>(_ type: Number.Type, _ world: Communicator) async throws {
        for root in 0..<world.size {
            let own: [Number] = numbers(repeatElement(root, count: root + 1))
            let all = Array(repeating: own, count: world.size)
            let empty: [Number] = numbers(repeatElement(root, count: root))
            #expect(try await world.broadcast(world.rank == root ? empty : nil, from: root) == empty)
            #expect(try await world.gather(own, to: root) == (world.rank == root ? all : nil))
            #expect(try await world.scatter(world.rank == root ? all : nil, from: root) == own)
            #expect(try await world.allGather(own) == all)
            #expect(try await world.allToAll(all) == all)
        }
    }

    @Test(arguments: 1...3)
    func `Numbers of each type are broadcast, gathered, scattered and exchanged`(size: Int) async throws {
        try await SampleValues.run(size) { world in
            for type in Self.types { try await Self.move(type, world) }
        }
    }

    // MARK: Reducing

    /// Reductions, and what they make of so many times the same number.
    private static func cases<Number: PlainNumber>(
        _ type: Number.Type
    ) -> [(reduction: Reduction<Number>, result: (_ number: Int, _ times: Int) -> Int)] {
        [
            (.sum, { $0 * $1 }), (.product, power), (.maximum, { number, _ in number }),
            (.minimum, { number, _ in number }),
        ]
    }

    private static func reduce<Number: PlainNumber>(_ type: Number.Type, _ world: Communicator) async throws {
        let size = world.size
        let own: [Number] = numbers(0..<size)
        for (reduction, result) in cases(type) {
            let expected: [Number] = numbers((0..<size).map { result($0, size) })
            for root in 0..<size {
                let reduced = try await world.reduce(own, reduction, to: root)
                #expect(reduced == (world.rank == root ? expected : nil))
            }
            let forAll = try await world.allReduce(own, reduction)
            #expect(forAll == expected)
            let upToHere: [Number] = numbers((0..<size).map { result($0, world.rank + 1) })
            let scanned = try await world.scan(own, reduction)
            #expect(scanned == upToHere)
        }
    }

    @Test(arguments: 1...3)
    func `Numbers of each type are reduced, at any rank, for all and up to each`(size: Int) async throws {
        try await SampleValues.run(size) { world in
            for type in Self.types { try await Self.reduce(type, world) }
        }
    }

    private static func reduceAndScatter<Number: PlainNumber>(
        _ type: Number.Type, _ world: Communicator
    ) async throws {
        let size = world.size
        let results: [(Reduction<Number>, Int)] = [
            (.sum, size * (size + 1) / 2), (.product, (1...size).reduce(1, *)), (.maximum, size), (.minimum, 1),
        ]
        for (reduction, result) in results {
            for count in 1...size {
                let own: [Number] = numbers(repeatElement(world.rank + 1, count: count * size))
                let expected: [Number] = numbers(repeatElement(result, count: count))
                let part = try await world.reduceScatter(own, reduction)
                #expect(part == expected)
            }
        }
    }

    @Test(arguments: 1...3)
    func `Numbers of each type are reduced and scattered`(size: Int) async throws {
        try await SampleValues.run(size) { world in
            for type in Self.types { try await Self.reduceAndScatter(type, world) }
        }
    }

    // MARK: Nothing

    @Test(arguments: 1...3)
    func `No numbers at all pass through every operation`(size: Int) async throws {
        try await SampleValues.run(size) { world in
            let none: [Int32] = []
            let all = Array(repeating: none, count: world.size)
            let passed: [Int32] = try await world.sendReceive(none, to: world.rank, from: world.rank)
            #expect(passed == none)
            #expect(try await world.broadcast(none, from: 0) == none)
            #expect(try await world.gather(none, to: 0) == (world.rank == 0 ? all : nil))
            #expect(try await world.scatter(all, from: 0) == none)
            #expect(try await world.allGather(none) == all)
            #expect(try await world.allToAll(all) == all)
            #expect(try await world.reduce(none, .sum, to: 0) == (world.rank == 0 ? none : nil))
            #expect(try await world.allReduce(none, .sum) == none)
            #expect(try await world.reduceScatter(none, .sum) == none)
            #expect(try await world.scan(none, .sum) == none)
        }
    }

    @Test(arguments: 1...3)
    func `Ranks gather, scatter and exchange as many numbers as each has`(size: Int) async throws {
        try await SampleValues.run(size) { world async throws in
            func count(_ number: Int) -> [Int32] { Array(repeating: Int32(number), count: number) }
            let all = (0..<world.size).map(count)
            #expect(try await world.gather(count(world.rank), to: 0) == (world.rank == 0 ? all : nil))
            #expect(try await world.scatter(all, from: 0) == count(world.rank))
            #expect(try await world.allToAll(all) == Array(repeating: count(world.rank), count: world.size))
        }
    }
}
