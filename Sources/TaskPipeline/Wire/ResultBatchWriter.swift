import SwiftZMQ

/// Puts the message of a ``ResultBatch`` together, result by result, as they are done.
struct ResultBatchWriter: Sendable {
    /// How many results are in it.
    private(set) var count = 0
    /// About how long it is.
    private(set) var size = 0
    /// The tasks they are of.
    private(set) var numbers = NumberSet()
    private var writer: WireWriter

    init(run: RunID, worker: String, capacity: Int = 1 << 12) {
        writer = WireWriter(.results, run: run, capacity: capacity)
        writer.write(worker)
    }

    var message: Frame { writer.message }

    /// Adds a result; its worker is that of the batch.
    mutating func append(_ result: TaskResult) {
        writer.write(record: ResultHead(result))
        writer.write(bytesOf: result.text)
        writer.write(bytesOf: result.output)
        writer.write(bytesOf: result.errors)
        count += 1
        size += result.text.count + result.output.count + result.errors.count + 64
        if result.isFinal { numbers.insert(result.number) }
    }
}
