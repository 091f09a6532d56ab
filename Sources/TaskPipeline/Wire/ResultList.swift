import SwiftZMQ

/// Results of one worker side by side as they travel: of each its ``ResultHead``, and behind that text, output and errors.
struct ResultList: Sendable {
    /// How many results there are.
    private(set) var count = 0
    /// The tasks that they are of, without attempts that others follow.
    private(set) var numbers = NumberSet()
    private var bytes: [UInt8] = []

    /// How many bytes they take.
    var size: Int { bytes.count }

    var isEmpty: Bool { count == 0 }

    /// The message of a ``ResultBatch``.
    func message(of run: RunID, from worker: String) -> Frame {
        var writer = WireWriter(.results, run: run)
        writer.write(worker)
        return writer.message(before: bytes[...])
    }

    /// Makes room for the results of some tasks, if their outputs are no longer than their texts.
    mutating func reserveCapacity(for tasks: TaskList) {
        bytes.reserveCapacity(tasks.count * MemoryLayout<ResultHead>.size + tasks.encoded.count * 2)
    }

    /// Adds a result; its worker is the one that the message names.
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

    /// Adds all results of another list.
    mutating func append(contentsOf others: ResultList) {
        guard !isEmpty else {
            self = others
            return
        }
        bytes.append(contentsOf: others.bytes)
        count += others.count
        numbers.formUnion(others.numbers)
    }

    @inline(__always)
    private mutating func append(
        _ head: ResultHead, _ text: ArraySlice<UInt8>, _ output: ArraySlice<UInt8>, _ errors: ArraySlice<UInt8>
    ) {
        text.withUnsafeBytes { text in
            output.withUnsafeBytes { output in
                errors.withUnsafeBytes { bytes.append(head, text, output, $0) }
            }
        }
        count += 1
        if head.isFinal { numbers.insert(head.number) }
    }
}
