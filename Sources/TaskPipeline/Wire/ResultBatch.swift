public import SwiftZMQ

/// Results on their way from a worker to the collector, many to a message.
public struct ResultBatch: Hashable, Sendable {
    /// The run they belong to.
    public var run: RunID
    /// The worker's name.
    public var worker: String
    /// The results.
    public var results: [TaskResult]

    /// A batch.
    public init(run: RunID, worker: String, results: [TaskResult]) {
        self.run = run
        self.worker = worker
        self.results = results
    }

    /// Reads a message. Texts and outputs are parts of it, not copies.
    public init(_ message: Message) throws(WireError) {
        let received = try ReceivedResults(message)
        run = received.run
        worker = received.worker
        results = Array(received)
    }

    /// The message in bytes.
    public var encoded: Frame {
        let capacity = results.reduce(worker.utf8.count + 4) {
            $0 + $1.text.count + $1.output.count + $1.errors.count + MemoryLayout<ResultHead>.size
        }
        var writer = ResultBatchWriter(run: run, worker: worker, capacity: capacity)
        for result in results { writer.append(result) }
        return writer.message
    }
}
