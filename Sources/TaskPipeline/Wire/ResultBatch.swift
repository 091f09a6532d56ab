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
    public init(_ message: Multipart) throws(WireError) {
        var reader = try WireReader(message)
        guard reader.kind == .results else { throw WireError("a worker does not send it to a collector") }
        run = reader.run
        worker = try reader.string()
        results = []
        while !reader.isAtEnd {
            let (number, status) = (try reader.number(TaskNumber.self), try reader.number(Int32.self))
            let duration = Duration.nanoseconds(try reader.number(Int64.self))
            results.append(
                TaskResult(
                    number: number, worker: worker, status: status, duration: duration, text: try reader.text(),
                    output: try reader.text()))
        }
    }

    /// The message in bytes.
    public var encoded: Message {
        let capacity = results.reduce(worker.utf8.count + 4) { $0 + $1.text.count + $1.output.count + 28 }
        var writer = WireWriter(.results, run: run, capacity: capacity)
        writer.write(worker)
        for result in results {
            writer.write(result.number)
            writer.write(result.status)
            writer.write(result.duration.wholeNanoseconds)
            writer.write(result.text)
            writer.write(result.output)
        }
        return writer.message
    }
}

extension Duration {
    var wholeNanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
