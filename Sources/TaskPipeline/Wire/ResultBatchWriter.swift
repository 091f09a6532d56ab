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
        append(
            ResultHead(
                number: result.number, status: result.status, nanoseconds: result.nanoseconds,
                started: result.started, attempt: result.attempt, isFinal: result.isFinal, label: result.label,
                textCount: result.text.count, outputCount: result.output.count, errorsCount: result.errors.count),
            result.text, result.output, result.errors)
    }

    /// Adds what came of a task. Of an attempt that others follow the output is not kept.
    mutating func append(
        _ outcome: JobOutcome, of task: PipelineTask, isFinal: Bool, nanoseconds: Int64, started: Int64
    ) {
        append(
            ResultHead(
                number: task.number, status: outcome.status, nanoseconds: nanoseconds, started: started,
                attempt: task.attempt, isFinal: isFinal, label: outcome.label, textCount: task.text.count,
                outputCount: isFinal ? outcome.output.count : 0, errorsCount: isFinal ? outcome.errors.count : 0),
            task.text, isFinal ? outcome.output : [], isFinal ? outcome.errors : [])
    }

    @inline(__always)
    private mutating func append(
        _ head: ResultHead, _ text: ArraySlice<UInt8>, _ output: ArraySlice<UInt8>, _ errors: ArraySlice<UInt8>
    ) {
        writer.write(record: head)
        writer.write(bytesOf: text)
        writer.write(bytesOf: output)
        if !errors.isEmpty { writer.write(bytesOf: errors) }
        count += 1
        size += text.count + output.count + errors.count + 64
        if head.isFinal { numbers.insert(head.number) }
    }
}
