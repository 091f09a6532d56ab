import MessagePassing
import SwiftZMQ

/// Worlds whose ranks are tasks of this process, with real sockets.
enum LocalWorld {
    /// Runs a body as each rank, and finishes.
    static func run<Result: Sendable>(
        _ size: Int, heartbeat: Duration = .seconds(5),
        _ body: @escaping @Sendable (Communicator) async throws -> Result
    ) async throws -> [Result] {
        try await join(size, heartbeat: heartbeat) { world in
            let result = try await body(world)
            try await world.finish()
            return result
        }
    }

    /// Runs a body as each rank, which has to finish by itself.
    static func join<Result: Sendable>(
        _ size: Int, heartbeat: Duration = .seconds(5),
        _ body: @escaping @Sendable (Communicator) async throws -> Result
    ) async throws -> [Result] {
        let keys = try CurveKeyPair.generate()
        let rendezvous = try await freeEndpoint()
        return try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            for rank in 0..<size {
                group.addTask {
                    var configuration = WorldConfiguration(rank: rank, size: size, rendezvous: rendezvous, keys: keys)
                    configuration.heartbeatInterval = heartbeat
                    let world = try await Communicator.world(configuration)
                    return (rank, try await body(world))
                }
            }
            var results: [Int: Result] = [:]
            for try await (rank, result) in group { results[rank] = result }
            return (0..<size).compactMap { results[$0] }
        }
    }

    /// An endpoint that was free a moment ago.
    static func freeEndpoint() async throws -> String {
        let context = try Context()
        let socket = try Pull(context)
        let endpoint = try socket.bind("tcp://127.0.0.1:*")
        try await socket.closed()
        await context.shutdown()
        return endpoint
    }
}
