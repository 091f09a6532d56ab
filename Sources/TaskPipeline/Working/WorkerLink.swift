import SwiftZMQ

/// A worker's connections to one pipeline: tasks from its producer, results to its collector.
struct WorkerLink: Sendable {
    let session = SessionID.random()
    let tasks: Dealer
    let results: Push

    init(_ context: Context, _ endpoints: WorkerEndpoints) throws {
        tasks = try Dealer(context) {
            $0.setForPipeline()
            // What is told to a producer that is not there would be old when it comes.
            $0.isImmediate = true
            $0.linger = .milliseconds(500)
            $0.usesIPv6 = endpoints.tasks.contains("[")
        }
        results = try Push(context) {
            $0.sendHighWaterMark = nil
            // Results that a collector does not come back for in this time are made again by somebody else.
            $0.linger = .seconds(3)
            $0.setForLostConnections()
            $0.usesIPv6 = endpoints.results.contains("[")
        }
        try results.connect(endpoints.results)
        try tasks.connect(endpoints.tasks)
    }

    func tell(_ body: WorkerMessage.Body, of run: RunID) throws {
        // Where the producer is not there, it asks nobody; it hears from us again when it is.
        _ = try tasks.trySend(WorkerMessage(run: run, worker: session, body: body).encoded)
    }

    func close() {
        tasks.close()
        results.close()
    }
}
