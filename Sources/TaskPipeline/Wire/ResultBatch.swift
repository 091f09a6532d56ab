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
        var reader = try WireReader(message)
        guard reader.kind == .results else { throw WireError("a worker does not send it to a collector") }
        run = reader.run
        worker = try reader.string()
        results = []
        // As many as there can be at most of this size; mostly it is about as many.
        results.reserveCapacity(min(reader.remaining / MemoryLayout<ResultHead>.stride, 1000))
        while !reader.isAtEnd {
            let head = try reader.record(ResultHead.self)
            results.append(
                TaskResult(
                    number: head.number, worker: worker, status: head.status, nanoseconds: head.nanoseconds,
                    text: try reader.bytes(head.textCount), output: try reader.bytes(head.outputCount),
                    errors: try reader.bytes(head.errorsCount), label: head.label, started: head.started,
                    attempt: head.attempt, isFinal: head.isFinal))
        }
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
