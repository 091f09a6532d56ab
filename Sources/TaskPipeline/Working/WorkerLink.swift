import SwiftZMQ
import SystemSupport

/// A worker's connections to one pipeline: tasks from its producer, results to its collector.
final class WorkerLink: Sendable {
    let session = SessionID.random()
    let endpoints: WorkerEndpoints
    let tasks: Dealer
    let results: Push
    let reachability: Locked<(tasks: Reachability, results: Reachability)>

    init(_ context: Context, _ endpoints: WorkerEndpoints) throws {
        self.endpoints = endpoints
        tasks = try Dealer(context) {
            $0.setForPipeline()
            // What is told to a producer that is not there would be old when it comes.
            $0.isImmediate = true
            $0.linger = .milliseconds(500)
            $0.usesIPv6 = endpoints.tasks.contains("[")
        }
        results = try Push(context) {
            // What has no connection, or a slow one, stays with the worker, which says that it has it.
            $0.isImmediate = true
            $0.sendHighWaterMark = 100
            // Results that a collector does not come back for in this time are made again by somebody else.
            $0.linger = .seconds(3)
            $0.setForLostConnections()
            $0.usesIPv6 = endpoints.results.contains("[")
        }
        reachability = Locked(
            (Reachability(endpoints.tasks, since: .now), Reachability(endpoints.results, since: .now)))
    }

    func connect() throws {
        try results.connect(endpoints.results)
        try tasks.connect(endpoints.tasks)
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
