import SwiftZMQ

extension Communicator {
    /// Parts the communicator: all ranks with the same color are in one that is new.
    ///
    /// ```swift
    /// import MessagePassing
    ///
    /// func rows(of world: Communicator, width: Int) async throws -> Communicator? {
    ///     try await world.split(color: world.rank / width, key: world.rank % width)
    /// }
    /// ```
    ///
    /// It is a collective operation.
    ///
    /// - Parameters:
    ///   - color: with whom this rank wants to be; nil with nobody.
    ///   - key: by which ranks are ordered in the new communicator; those of the same key by their present ranks. Default 0.
    ///   - timeout: how long it may take; nil, the default, for as long as it takes.
    /// - Returns: the new communicator; nil for a rank without a color.
    public nonisolated(nonsending) func split(
        color: Int?, key: Int = 0, timeout: Duration? = nil
    ) async throws -> Communicator? {
        let call = CollectiveCall(operation: .split)
        var own = [Frame?](repeating: nil, count: size)
        own[rank] = try await prepare(call) { try Coding.frame(of: [color, key]) }
        let sequence = node.change { state, _ in state.core.engine.state(of: id)?.sequence ?? 0 } + 1
        let frames: [Frame]
        do {
            frames = try await move(call, own, timeout: timeout)
        } catch {
            // Others may have made the part already that this rank would be in.
            if let color, node.change({ state, _ in state.core.engine.state(of: id)?.sequence ?? 0 }) >= sequence {
                let part = CommunicatorID.part(of: id, sequence: sequence, color: color)
                node.change { state, effects in
                    state.core.perform(&effects) { $0.abandonPart(part, because: "split failed: \(error)", &$1) }
                }
            }
            throw error
        }
        let wishes: [[Int?]] = try frames.enumerated().map { try Coding.value($1, .encoded, from: $0) }
        guard let color else { return nil }
        let chosen = wishes.indices.filter { wishes[$0].first == color }.sorted { one, other in
            let keys = (wishes[one].last.flatMap(\.self) ?? 0, wishes[other].last.flatMap(\.self) ?? 0)
            return keys.0 == keys.1 ? one < other : keys.0 < keys.1
        }
        let part = CommunicatorID.part(of: id, sequence: sequence, color: color)
        return node.change { state, effects in
            state.core.perform(&effects) { engine, effects in
                let members = engine.state(of: id)?.members ?? []
                engine.makeCommunicator(part, chosen.map { members[$0] }, &effects)
            }
            return communicator(part, state.core.engine)
        }
    }

    /// Agrees with the other survivors on who is alive, and gives all of them a communicator that works.
    ///
    /// ```swift
    /// import MessagePassing
    ///
    /// func sum(_ numbers: [Double], _ world: inout Communicator) async throws -> [Double] {
    ///     while true {
    ///         do {
    ///             return try await world.allReduce(numbers, .sum)
    ///         } catch let error as MessagePassingError where error.code == .rankFailed {
    ///             world = try await world.shrink()
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// All survivors call it, whatever error they got, and also if they have none. It returns when all of them have that are
    /// alive and have not finished; a rank that dies meanwhile is left out. Ranks keep their order.
    ///
    /// What a rank gives up, by a timeout or a cancellation, the others may get all the same: a communicator that throws
    /// `.abandoned`. Then all call it once more, on the same communicator as before.
    ///
    /// - Parameter timeout: how long it may take; nil, the default, for as long as it takes.
    /// - Throws: `CancellationError` when the task is cancelled. ``MessagePassingError`` with `.timedOut`; with
    ///   `.excluded` when the others have gone on without this rank.
    public nonisolated(nonsending) func shrink(timeout: Duration? = nil) async throws -> Communicator {
        try Task.checkCancellation()
        let outcome = try await node.perform(in: id, timeout: timeout) { engine, ticket, effects in
            engine.shrink(id, as: ticket, &effects)
        }
        guard case .communicator(let survivors) = outcome else {
            preconditionFailure("shrinking ended with \(outcome)")
        }
        return node.change { state, _ in communicator(survivors, state.core.engine) }
    }

    private func communicator(_ id: UInt64, _ engine: Engine) -> Communicator {
        let state = engine.state(of: id)
        return Communicator(node: node, id: id, rank: state?.rank ?? 0, size: state?.size ?? 0)
    }
}
