import SwiftZMQ

/// A worker's connections to one pipeline: tasks from its producer, results to its collector.
struct WorkerLink: Sendable {
    let session = SessionID.random()
    let tasks: Dealer
    let results: Push

    init(_ context: Context, _ endpoints: WorkerEndpoints) throws {
        tasks = try Dealer(context) {
            $0.setForPipeline()
            $0.ipv6 = endpoints.tasks.contains("[")
        }
        results = try Push(context) {
            $0.sendHighWaterMark = 0
            $0.setForLostConnections()
            $0.ipv6 = endpoints.results.contains("[")
        }
        try results.connect(endpoints.results)
        try tasks.connect(endpoints.tasks)
    }

    func tell(_ body: WorkerMessage.Body, of run: RunID) throws {
        // Without a high-water mark there is always room.
        _ = try tasks.trySend(WorkerMessage(run: run, worker: session, body: body).encoded)
    }

    func close() {
        tasks.close()
        results.close()
    }
}
