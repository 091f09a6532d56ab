import SwiftZMQ

extension Communicator {
    /// Combines the numbers of all ranks, and gives the result to all (recursive doubling: ⌈log₂ P⌉ rounds; for 64 KiB and
    /// more around the ring: 2 · (P − 1) rounds, in which each rank sends the least that is possible).
    ///
    /// - Parameters:
    ///   - numbers: this rank's; all ranks have as many.
    ///   - reduction: how two are combined: `.sum`, `.product`, `.minimum`, `.maximum`, a bitwise one, or a closure.
    ///   - timeout: how long it may take; nil, the default, for as long as it takes.
    /// - Returns: the combined numbers, the same on all ranks to the last bit; of a sum or a product that is no number (NaN),
    ///   only that is the same.
    public nonisolated(nonsending) func allReduce<Number: PlainNumber>(
        _ numbers: [Number], _ reduction: Reduction<Number>, timeout: Duration? = nil
    ) async throws -> [Number] {
        try await reduce(.allReduce, numbers, reduction, timeout: timeout).numbers
    }

    /// Combines a number of each rank, and gives the result to all. See ``allReduce(_:_:timeout:)-([Number],_,_)``.
    public nonisolated(nonsending) func allReduce<Number: PlainNumber>(
        _ number: Number, _ reduction: Reduction<Number>, timeout: Duration? = nil
    ) async throws -> Number {
        try await allReduce([number], reduction, timeout: timeout)[0]
    }

    /// Combines the numbers of all ranks, and gives the result to one (binomial tree: ⌈log₂ P⌉ rounds).
    ///
    /// - Parameters:
    ///   - numbers: this rank's; all ranks have as many.
    ///   - reduction: how two are combined.
    ///   - root: the rank that gets the result.
    ///   - timeout: how long it may take; nil, the default, for as long as it takes.
    /// - Returns: the combined numbers on the root, nil on the others.
    public nonisolated(nonsending) func reduce<Number: PlainNumber>(
        _ numbers: [Number], _ reduction: Reduction<Number>, to root: Int, timeout: Duration? = nil
    ) async throws -> [Number]? {
        let blocks = try await reduce(.reduce, numbers, reduction, root: root, timeout: timeout)
        return rank == root ? blocks.numbers : nil
    }

    /// Combines a number of each rank, and gives the result to one. See ``reduce(_:_:to:timeout:)-([Number],_,_,_)``.
    public nonisolated(nonsending) func reduce<Number: PlainNumber>(
        _ number: Number, _ reduction: Reduction<Number>, to root: Int, timeout: Duration? = nil
    ) async throws -> Number? {
        try await reduce([number], reduction, to: root, timeout: timeout)?[0]
    }

    /// Combines the numbers of all ranks, and gives each rank a part of the result (around the ring: P − 1 rounds).
    ///
    /// - Parameters:
    ///   - numbers: this rank's; all ranks have as many.
    ///   - reduction: how two are combined.
    ///   - timeout: how long it may take; nil, the default, for as long as it takes.
    /// - Returns: of as many parts as there are ranks, in order, this rank's. The first parts are longer by one where they
    ///   do not come out even.
    public nonisolated(nonsending) func reduceScatter<Number: PlainNumber>(
        _ numbers: [Number], _ reduction: Reduction<Number>, timeout: Duration? = nil
    ) async throws -> [Number] {
        Array(try await reduce(.reduceScatter, numbers, reduction, timeout: timeout).numbers(of: rank))
    }

    /// Combines the numbers of all ranks up to each, and gives each its result (⌈log₂ P⌉ rounds).
    ///
    /// - Parameters:
    ///   - numbers: this rank's; all ranks have as many.
    ///   - reduction: how two are combined.
    ///   - timeout: how long it may take; nil, the default, for as long as it takes.
    /// - Returns: the combined numbers of ranks 0 to this one.
    public nonisolated(nonsending) func scan<Number: PlainNumber>(
        _ numbers: [Number], _ reduction: Reduction<Number>, timeout: Duration? = nil
    ) async throws -> [Number] {
        try await reduce(.scan, numbers, reduction, timeout: timeout).numbers
    }

    /// Combines a number of each rank up to each. See ``scan(_:_:timeout:)-([Number],_,_)``.
    public nonisolated(nonsending) func scan<Number: PlainNumber>(
        _ number: Number, _ reduction: Reduction<Number>, timeout: Duration? = nil
    ) async throws -> Number {
        try await scan([number], reduction, timeout: timeout)[0]
    }

    private nonisolated(nonsending) func reduce<Number: PlainNumber>(
        _ operation: CollectiveCall.Operation, _ numbers: [Number], _ reduction: Reduction<Number>, root: Int? = nil,
        timeout: Duration?
    ) async throws -> NumberBlocks<Number> {
        let call = CollectiveCall(
            operation: operation, reduction: reduction.kind.rawValue, elementType: Number.elementType.rawValue,
            root: root, count: numbers.count)
        try await prepare(call) {}
        let bytes = numbers.count * MemoryLayout<Number>.stride
        let count = call.schedule(Place(rank: rank, size: size), bytes: bytes).blocks
        let own = NumberBlocks(numbers, blocks: count, reduction)
        let blocks = try await run(call, own, bytes: bytes, timeout: timeout)
        return blocks as? NumberBlocks<Number> ?? own
    }
}
