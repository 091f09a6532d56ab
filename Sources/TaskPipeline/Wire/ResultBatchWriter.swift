import SwiftZMQ

/// Puts the message of a ``ResultBatch`` together, result by result, as they are done.
struct ResultBatchWriter: Sendable {
    /// How many results are in it.
    private(set) var count = 0
    private var writer: WireWriter

    init(run: RunID, worker: String, capacity: Int = 1 << 12) {
        writer = WireWriter(.results, run: run, capacity: capacity)
        writer.write(worker)
    }

    var message: Frame { writer.message }

    mutating func append(
        number: TaskNumber, status: Int32, nanoseconds: Int64, text: ArraySlice<UInt8>, output: ArraySlice<UInt8>
    ) {
        writer.write(
            record: ResultHead(
                number: number, nanoseconds: nanoseconds, status: status, textCount: text.count,
                outputCount: output.count))
        writer.write(bytesOf: text)
        writer.write(bytesOf: output)
        count += 1
    }
}
