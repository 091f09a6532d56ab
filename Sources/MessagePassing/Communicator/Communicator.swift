public import SwiftZMQ
import SystemSupport

/// A group of processes that send each other messages and do collective operations, each known by its rank.
///
/// ```swift
/// import MessagePassing
///
/// let world = try await Communicator.world()
/// if world.rank == 0, world.size > 1 {
///     try await world.send(["a": 7.0, "b": 3.14], to: 1)
/// } else if world.rank == 1 {
///     let data: [String: Double] = try await world.receive(from: 0)
///     print(data)
/// }
/// let ranks = try await world.allGather(world.rank)
/// try await world.finish()
/// ```
///
/// All ranks call the same collective operations in the same order, one after the other. If they do not, all get an error with
/// `.mismatch` that says which did what. If a rank dies, all others get the same error with `.rankFailed`, in every call that
/// waits and in every later one, and ``shrink(timeout:)`` gives them a communicator that works. No call waits for ever for
/// somebody who is not there.
///
/// Communicators do not hear one another: what is sent on one is received on that one alone.
///
/// It is a small value, whose copies stand for the same communicator, and may be used from any task; what it takes of memory
/// goes with the last of them, and so do messages on it that nobody has received.
///
/// Neither what computes between its calls nor a reduction that takes long keeps heartbeats from being sent. A task that does
/// little but send and receive runs best on ``executor``.
public struct Communicator: Sendable {
    let node: Node
    let id: UInt64
    /// Nil for the world, which there is until it is finished.
    private let lease: CommunicatorLease?

    /// This process's rank in the communicator, from 0.
    public let rank: Int

    /// The number of ranks in it.
    public let size: Int

    /// - Parameter id: one of which this rank has made no other value.
    init(node: Node, id: UInt64, rank: Int, size: Int) {
        self.node = node
        self.id = id
        self.rank = rank
        self.size = size
        lease = id == CommunicatorID.world ? nil : CommunicatorLease(id, node)
    }

    /// The communicator of all ranks that were started together.
    ///
    /// It is made with the first call, which returns when all ranks have come together and this one has heard each other. Later
    /// calls return the same. A program that was started by itself, without the variables of ``WorldConfiguration``, is a world
    /// of one rank. It is not cancelled with the task that calls it, as others may wait for the same, and gives up when the
    /// others have not come after ``WorldConfiguration/joinTimeout``, or are not heard after as long again.
    ///
    /// - Throws: ``MessagePassingError`` with `.notJoined` when the others do not come or are not heard, with
    ///   `.invalidArgument` when the environment is not complete.
    public static func world() async throws -> Communicator { try await environmentWorld.value }

    private static let environmentWorld = Task {
        if let configuration = try WorldConfiguration() { return try await world(configuration) }
        let keys = try CurveKeyPair.generate()
        return try await world(WorldConfiguration(rank: 0, size: 1, rendezvous: "", keys: keys))
    }

    /// A communicator of all ranks that are configured to come together.
    public static func world(_ configuration: WorldConfiguration) async throws -> Communicator {
        let node = try await Node(configuration)
        return Communicator(
            node: node, id: CommunicatorID.world, rank: configuration.rank, size: configuration.size)
    }

    /// Runs a program as one rank of the world: finishes when it returns, and tells the others at once when it throws.
    ///
    /// ```swift
    /// import MessagePassing
    ///
    /// try await Communicator.withWorld { world in
    ///     print(try await world.allReduce(Double(world.rank), .sum))
    /// }
    /// ```
    ///
    /// It runs on the world's ``executor``.
    public static func withWorld<Result: Sendable>(
        _ body: @Sendable (Communicator) async throws -> Result
    ) async throws -> Result {
        try await withWorld(world(), body)
    }

    /// The same with a world that was come by in another way.
    static func withWorld<Result: Sendable>(
        _ world: Communicator, _ body: @Sendable (Communicator) async throws -> Result
    ) async throws -> Result {
        try await withTaskExecutorPreference(world.executor) {
            do {
                let result = try await body(world)
                try await world.finish()
                return result
            } catch {
                await world.node.abandon()
                throw error
            }
        }
    }

    /// The thread that takes this process's messages. A task that prefers it goes on without a change of threads when what it
    /// waits for comes; it may compute there, as heartbeats have a thread of their own.
    ///
    /// ```swift
    /// import MessagePassing
    ///
    /// func exchange(_ world: Communicator) async throws {
    ///     try await withTaskExecutorPreference(world.executor) {
    ///         try await world.barrier()
    ///     }
    /// }
    /// ```
    public var executor: SocketExecutor { node.sockets?.dataExecutor ?? .shared }

    /// Ends this process's part in the world, and all its communicators: returns when all other ranks have finished, too, or
    /// are dead, and what was sent has left.
    ///
    /// A process that ends without it is taken for one that died. After a wait that was given up the communicators can no longer
    /// be used, and heartbeats go on: call it again to go on waiting.
    ///
    /// - Parameter timeout: how long to wait for the others; nil, the default, for as long as it takes.
    /// - Throws: `CancellationError` when the task is cancelled. ``MessagePassingError`` with `.timedOut`, and the ranks of the
    ///   world that have not finished.
    public nonisolated(nonsending) func finish(timeout: Duration? = nil) async throws {
        try await node.finish(timeout: timeout)
    }
}

extension Communicator: CustomStringConvertible {
    /// The rank and the number of ranks: `rank 2 of 4`.
    public var description: String { "rank \(rank) of \(size)" }
}
