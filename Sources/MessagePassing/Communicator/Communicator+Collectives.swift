import SwiftZMQ

// Each of these is called by all ranks of the communicator, in the same order. What each throws beside what it says:
// `CancellationError` when the task is cancelled, and `MessagePassingError` with `.timedOut`, after either of which the others
// get `.abandoned`; `.rankFailed`, `.mismatch`, `.abandoned` when the communicator can no longer be used; `.busy` while
// this rank does another on the same communicator.

extension Communicator {
    /// Returns when all ranks have called it (dissemination barrier: ⌈log₂ P⌉ rounds).
    ///
    /// - Parameter timeout: how long it may take; nil, the default, for as long as it takes.
    public nonisolated(nonsending) func barrier(timeout: Duration? = nil) async throws {
        _ = try await run(CollectiveCall(operation: .barrier), FrameBlocks([]), timeout: timeout)
    }

    /// Gives all ranks a value of one of them (binomial tree: ⌈log₂ P⌉ rounds).
    ///
    /// - Parameters:
    ///   - value: of the root, what all get; of the others it is not looked at, and may be nil.
    ///   - root: the rank that has the value.
    ///   - timeout: how long it may take; nil, the default, for as long as it takes.
    /// - Returns: the root's value.
    public nonisolated(nonsending) func broadcast<Value: Codable & Sendable>(
        _ value: Value?, from root: Int, timeout: Duration? = nil
    ) async throws -> Value {
        let type = Coding.elementType(of: Value.self)
        let call = CollectiveCall(operation: .broadcast, elementType: type.rawValue, root: root)
        let own = try await prepare(call) {
            guard rank == root else { return Frame?.none }
            guard let value else { throw Self.missing("the value to broadcast", root) }
            return try Coding.frame(of: value)
        }
        let frames = try await move(call, [own], timeout: timeout)
        if rank == root, let value { return value }
        return try Coding.value(frames[0], type, from: root)
    }

    /// Gives each rank one of the values of one of them (binomial tree: ⌈log₂ P⌉ rounds).
    ///
    /// - Parameters:
    ///   - values: of the root, one for each rank; of the others it is not looked at, and may be nil.
    ///   - root: the rank that has the values.
    ///   - timeout: how long it may take; nil, the default, for as long as it takes.
    /// - Returns: the value for this rank.
    public nonisolated(nonsending) func scatter<Value: Codable & Sendable>(
        _ values: [Value]?, from root: Int, timeout: Duration? = nil
    ) async throws -> Value {
        let type = Coding.elementType(of: Value.self)
        let call = CollectiveCall(operation: .scatter, elementType: type.rawValue, root: root)
        let own = try await prepare(call) {
            guard rank == root else { return [Frame?](repeating: nil, count: size) }
            guard let values, values.count == size else {
                throw Self.missing("\(size) values, one for each rank, to scatter", root)
            }
            return try values.map { try Coding.frame(of: $0) }
        }
        let frames = try await move(call, own, timeout: timeout)
        return try Coding.value(frames[rank], type, from: root)
    }

    /// Gives one rank the values of all (binomial tree: ⌈log₂ P⌉ rounds).
    ///
    /// - Parameters:
    ///   - value: this rank's.
    ///   - root: the rank that gets them.
    ///   - timeout: how long it may take; nil, the default, for as long as it takes.
    /// - Returns: the values by rank on the root, nil on the others.
    public nonisolated(nonsending) func gather<Value: Codable & Sendable>(
        _ value: Value, to root: Int, timeout: Duration? = nil
    ) async throws -> [Value]? {
        let type = Coding.elementType(of: Value.self)
        let call = CollectiveCall(operation: .gather, elementType: type.rawValue, root: root)
        var own = [Frame?](repeating: nil, count: size)
        own[rank] = try await prepare(call) { try Coding.frame(of: value) }
        let frames = try await move(call, own, timeout: timeout)
        guard rank == root else { return nil }
        return try decoded(frames[...], type, own: value)
    }

    /// Gives all ranks the values of all (Bruck: ⌈log₂ P⌉ rounds; for 64 KiB and more of numbers around the ring: P − 1).
    ///
    /// Arrays of numbers must have the same length on all ranks; other values may have any size.
    ///
    /// - Parameters:
    ///   - value: this rank's.
    ///   - timeout: how long it may take; nil, the default, for as long as it takes.
    /// - Returns: the values by rank.
    public nonisolated(nonsending) func allGather<Value: Codable & Sendable>(
        _ value: Value, timeout: Duration? = nil
    ) async throws -> [Value] {
        let type = Coding.elementType(of: Value.self)
        let count = Coding.plain(value)?.count ?? 0
        let call = CollectiveCall(operation: .allGather, elementType: type.rawValue, count: count)
        var own = [Frame?](repeating: nil, count: size)
        let frame = try await prepare(call) { try Coding.frame(of: value) }
        own[rank] = frame
        let frames = try await move(call, own, bytes: count > 0 ? frame.count : 0, timeout: timeout)
        return try decoded(frames[...], type, own: value)
    }

    /// Gives each rank one value of each (pairwise: P − 1 rounds).
    ///
    /// - Parameters:
    ///   - values: one for each rank.
    ///   - timeout: how long it may take; nil, the default, for as long as it takes.
    /// - Returns: the values that the ranks had for this one, by rank.
    public nonisolated(nonsending) func allToAll<Value: Codable & Sendable>(
        _ values: [Value], timeout: Duration? = nil
    ) async throws -> [Value] {
        let type = Coding.elementType(of: Value.self)
        let call = CollectiveCall(operation: .allToAll, elementType: type.rawValue)
        var own = try await prepare(call) {
            guard values.count == size else { throw Self.missing("\(size) values, one for each rank,", rank) }
            return try values.map { Frame?.some(try Coding.frame(of: $0)) }
        }
        own += Array(repeating: nil, count: size)
        own[size + rank] = own[rank]
        let frames = try await move(call, own, timeout: timeout)
        return try decoded(frames[size...], type, own: values[rank])
    }
}

extension Communicator {
    /// The values of all ranks, of which this one's need not be decoded.
    private func decoded<Value: Decodable>(
        _ frames: ArraySlice<Frame>, _ type: ElementType, own: Value
    ) throws -> [Value] {
        try zip(0..., frames).map { $0 == rank ? own : try Coding.value($1, type, from: $0) }
    }

    /// Carries out an operation that moves frames; all that are there in the end, empty ones for those that are not.
    nonisolated(nonsending) func move(
        _ call: CollectiveCall, _ frames: [Frame?], bytes: Int = 0, timeout: Duration?
    ) async throws -> [Frame] {
        let blocks = try await run(call, FrameBlocks(frames), bytes: bytes, timeout: timeout)
        return (blocks as? FrameBlocks)?.frames.map { $0 ?? Frame() } ?? []
    }

    /// Carries out an operation.
    ///
    /// Also a task that has been cancelled begins it, so that the others are told that it is given up.
    nonisolated(nonsending) func run(
        _ call: CollectiveCall, _ blocks: any BlockStore, bytes: Int = 0, timeout: Duration?
    ) async throws -> any BlockStore {
        let schedule = call.schedule(Place(rank: rank, size: size), bytes: bytes).schedule
        let outcome = try await node.perform(in: id, timeout: timeout) { engine, ticket, effects in
            engine.begin(call, schedule, blocks, in: id, as: ticket, &effects)
        }
        guard case .blocks(let blocks) = outcome else {
            preconditionFailure("a collective operation ended with \(outcome)")
        }
        return blocks
    }

    /// Makes what this rank contributes. If that fails, the others learn that it does not take part.
    nonisolated(nonsending) func prepare<Contribution>(
        _ call: CollectiveCall, _ make: () throws -> Contribution
    ) async throws -> Contribution {
        if let root = call.root, !(0..<size).contains(root) {
            throw abandoned(
                call, MessagePassingError(.invalidArgument, "there is no rank \(root) of \(size) for \(call)"))
        }
        do {
            return try make()
        } catch {
            throw abandoned(call, error)
        }
    }

    /// Tells the others that this rank does not take part in what it has called; returns the error.
    private func abandoned(_ call: CollectiveCall, _ error: any Error) -> any Error {
        node.change { state, effects in
            state.core.perform(&effects) { $0.abandon(call, in: id, because: "\(error)", &$1) }
        }
        return error
    }

    static func missing(_ what: String, _ rank: Int) -> MessagePassingError {
        MessagePassingError(.invalidArgument, ranks: [rank], "rank \(rank) has to give \(what)")
    }
}
