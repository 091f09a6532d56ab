import EndpointSupport
import SwiftZMQ
import SystemSupport

/// A worker's connections to one pipeline: tasks from its producer, results to its collector.
final class WorkerLink: Sendable {
    let session = SessionID.random()
    let endpoints: WorkerEndpoints
    let tasks: Dealer
    let results: Push
    let reachability: Locked<(tasks: Reachability, results: Reachability)>

    init(_ context: Context, _ endpoints: WorkerEndpoints, security: SocketSecurity?) throws {
        self.endpoints = endpoints
        tasks = try Dealer(context) {
            $0.setForPipeline()
            // What is told to a producer that is not there would be old when it comes.
            $0.isImmediate = true
            $0.linger = .milliseconds(500)
            $0.usesIPv6 = EndpointText.isIPv6(endpoints.tasks)
            $0.secure(by: security)
        }
        results = try Push(context) {
            // What has no connection, or a slow one, stays with the worker, which says that it has it.
            $0.isImmediate = true
            $0.sendHighWaterMark = 100
            // Results that a collector does not come back for in this time are made again by somebody else.
            $0.linger = .seconds(3)
            $0.setForLostConnections()
            $0.usesIPv6 = EndpointText.isIPv6(endpoints.results)
            $0.secure(by: security)
        }
        reachability = Locked(
            (Reachability(endpoints.tasks, since: .now), Reachability(endpoints.results, since: .now)))
    }

    /// Connects to the producer, and learns why that is refused. Whether it is there, every message to it tells.
    func keepTasksConnected() async throws {
        try await LastingConnection(tasks, to: endpoints.tasks).keep { change in
            guard case .refused = change else { return }
            reachability.withLock { $0.tasks.note(change, at: .now) }
        }
    }

    /// Connects to the collector, and learns whether it is there.
    func keepResultsConnected() async throws {
        try await LastingConnection(results, to: endpoints.results).keep { change in
            reachability.withLock { $0.results.note(change, at: .now) }
        }
    }

    func tell(_ body: WorkerMessage.Body, of run: RunID) throws {
        // Where the producer is not there, it asks nobody; it hears from us again when it is.
        let isSent = try tasks.trySend(WorkerMessage(run: run, worker: session, body: body).encoded)
        reachability.withLock { $0.tasks.note(isConnected: isSent, at: .now) }
    }

    func close() {
        tasks.close()
        results.close()
    }
}
