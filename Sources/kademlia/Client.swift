import ArgumentParser
import CommandLineSupport
import DistributedHashTable
import SwiftZMQ

/// A node that only asks, for as long as a command takes.
enum Client {
    /// Joins through the nodes that are named, does something, and goes.
    ///
    /// - Throws: ``Failure`` if none of them answers in time.
    static func run<Result: Sendable>(
        _ settings: NetworkNodeSettings, joins: Bool = true,
        _ body: @escaping @Sendable (NetworkNode) async throws -> Result
    ) async throws -> Result {
        OpenFiles.raiseLimit()
        let context = try Context()
        let node = try NetworkNode(context, settings)
        let running = Task(executorPreference: .sockets) { try await node.run() }
        let endpoints = settings.join.map(\.endpoint).joined(separator: ", ")
        let patience = Task {
            try await Task.sleep(for: .seconds(10))
            node.stop()
        }
        do {
            if joins { try await node.joined() }
        } catch is NetworkNode.Ended {
            throw Failure(description: "no answer from \(endpoints) in 10 s; is a node there, and are the keys right?")
        }
        patience.cancel()
        let result = try await body(node)
        node.stop()
        try await running.value
        await context.shutdown()
        return result
    }

    /// The table could not be reached.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
