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
        var list = ResultList()
        for result in results { list.append(result) }
        return list.message(of: run, from: worker)
    }
}
