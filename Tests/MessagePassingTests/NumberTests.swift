import Testing

@testable import MessagePassing

/// Numbers of each type as they travel, and how they are combined.
@Suite(.timeLimit(.minutes(3))) struct NumberTests {
    /// Rank 0 sends numbers to rank 1, which looks at how they came.
    private static func pass<Number: PlainNumber>(_ numbers: [Number], _ world: Communicator) async throws {
        guard world.rank == 1 else {
            try await world.send(numbers, to: 1)
            return
        }
        let status = try await world.probe(from: 0)
        #expect(status.elementType == Number.elementType)
        #expect(status.elementType.description == "[\(Number.self)]")
        #expect(status.bytes == numbers.count * MemoryLayout<Number>.size, "\(Number.self)")
        #expect(try world.tryProbe() == status)
        let received: [Number] = try await world.receive(from: 0)
        #expect(received == numbers)
    }

    private static func passIntegers<Number: PlainNumber & FixedWidthInteger>(
        _ type: Number.Type, _ world: Communicator
    ) async throws {
        try await pass([Number.min, 0, 1, .max], world)
    }

    @Test func `Numbers of each type travel as their bytes, and a probe finds them`() async throws {
        _ = try await LocalWorld.run(2) { world in
            try await Self.passIntegers(Int.self, world)
            try await Self.passIntegers(Int8.self, world)
            try await Self.passIntegers(Int16.self, world)
            try await Self.passIntegers(Int32.self, world)
            try await Self.passIntegers(Int64.self, world)
            try await Self.passIntegers(UInt.self, world)
            try await Self.passIntegers(UInt8.self, world)
            try await Self.passIntegers(UInt16.self, world)
            try await Self.passIntegers(UInt32.self, world)
            try await Self.passIntegers(UInt64.self, world)
            let floats: [Float] = [1.5, -.infinity, .leastNonzeroMagnitude]
            try await Self.pass(floats, world)
            let doubles: [Double] = [1.5, -.infinity, .greatestFiniteMagnitude]
            try await Self.pass(doubles, world)
            try await Self.pass([Double](), world)
        }
    }

    @Test func `Every reduction combines as it is called`() async throws {
        _ = try await LocalWorld.run(3) { world async throws in
            let number = world.rank + 2
            #expect(try await world.allReduce(number, .sum) == 9)
            #expect(try await world.allReduce(number, .product) == 24)
            #expect(try await world.allReduce(number, .minimum) == 2)
            #expect(try await world.allReduce(number, .maximum) == 4)
            let patterns: [[UInt16]] = [[0b0111, 1], [0b1110, 2], [0b1100, 4]]
            let bits = patterns[world.rank]
            #expect(try await world.allReduce(bits, .bitwiseAnd) == [0b0100, 0])
            #expect(try await world.allReduce(bits, .bitwiseOr) == [0b1111, 7])
            #expect(try await world.allReduce(bits, .bitwiseXor) == [0b0101, 7])
            #expect(try await world.allReduce([Float(number), -1], .sum) == [9, -3])
        }
    }

    @Test(arguments: 2...5)
    func `The least and the greatest have the same bits on all ranks, and are no number where any is none`(
        size: Int
    ) async throws {
        // Short ones are exchanged, long ones go around the ring.
        for count in [1, 4000] {
            let bits = try await LocalWorld.run(size) { world -> [[UInt64]] in
                // One rank has what is no number, and a zero of another sign than all others.
                let own: [Double] = world.rank == 1 ? [.nan, -0.0, 1] : [2, 0.0, Double(world.rank)]
                let numbers = Array(repeating: own, count: count).flatMap(\.self)
                let least = try await world.allReduce(numbers, .minimum)
                let greatest = try await world.allReduce(numbers, .maximum)
                return [least.map(\.bitPattern), greatest.map(\.bitPattern)]
            }
            #expect(Set(bits).count == 1)
            for result in bits[0] {
                #expect(Double(bitPattern: result[0]).isNaN)
                #expect(Double(bitPattern: result[1]) == 0)
            }
            #expect(bits[0].map { Double(bitPattern: $0[2]) } == [0, Double(max(size - 1, 1))])
        }
    }

    @Test func `Messages name each reduction by its own number`() {
        let reductions: [Reduction<Int>] = [
            .sum, .product, .minimum, .maximum, .bitwiseAnd, .bitwiseOr, .bitwiseXor, Reduction { $0 + $1 },
        ]
        let kinds: [Reduction<Int>.Kind] = [
            .sum, .product, .minimum, .maximum, .bitwiseAnd, .bitwiseOr, .bitwiseXor, .closure,
        ]
        #expect(reductions.map(\.kind) == kinds)
    }

    @Test func `Data that is long enough goes around the ring, and shorter by doubling`() {
        let place = Place(rank: 1, size: 4)
        func schedule(_ operation: CollectiveCall.Operation, count: Int, bytes: Int) -> Schedule {
            CollectiveCall(operation: operation, count: count).schedule(place, bytes: bytes).schedule
        }
        let border = 64 << 10
        #expect(schedule(.allReduce, count: border / 8, bytes: border) == .allReduceByRing(place))
        #expect(schedule(.allReduce, count: border / 8 - 1, bytes: border - 8) == .allReduceByDoubling(place))
        // A block for each rank is needed, however long an element is.
        #expect(schedule(.allReduce, count: 3, bytes: border) == .allReduceByDoubling(place))
        #expect(schedule(.allGather, count: border / 32, bytes: border / 4) == .allGatherByRing(place))
        #expect(schedule(.allGather, count: border / 32 - 1, bytes: border / 4 - 8) == .allGatherByDoubling(place))
    }
}
