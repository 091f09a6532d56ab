public import SwiftZMQ

/// Tasks on their way from the producer to a worker, many to a message.
public struct TaskBatch: Hashable, Sendable {
    /// The run they belong to.
    public var run: RunID
    /// The tasks.
    public var tasks: [PipelineTask]
    /// The line that names the columns of each; empty for none.
    public var header: ArraySlice<UInt8>

    /// A batch.
    public init(run: RunID, tasks: [PipelineTask], header: ArraySlice<UInt8> = []) {
        self.header = header
        self.run = run
        self.tasks = tasks
    }

    /// Reads a message. Texts are parts of it, not copies.
    public init(_ message: Message) throws(WireError) {
        var reader = try WireReader(message)
        guard reader.kind == .tasks else { throw WireError("a producer does not send it to a worker") }
        run = reader.run
        header = try reader.bytes(Int(try reader.number(UInt32.self)))
        tasks = []
        tasks.reserveCapacity(min(reader.remaining / MemoryLayout<TaskHead>.stride, 1000))
        while !reader.isAtEnd {
            let head = try reader.record(TaskHead.self)
            tasks.append(
                PipelineTask(
                    number: head.number, attempt: head.attempt, isLastAttempt: head.isLastAttempt,
                    text: try reader.bytes(head.textCount)))
        }
    }

    /// The message in bytes.
    public var encoded: Frame {
        var writer = WireWriter(.tasks, run: run, capacity: tasks.reduce(header.count) { $0 + $1.text.count + 17 })
        writer.write(UInt32(header.count))
        writer.write(bytesOf: header)
        for task in tasks {
            writer.write(record: TaskHead(task))
            writer.write(bytesOf: task.text)
        }
        return writer.message
    }

    /// Reads a message that is a batch, or says that nobody wants the results of a run any more: nil.
    static func orHalt(_ message: Message) throws(WireError) -> TaskBatch? {
        WireReader.isKind(.halt, message) ? nil : try TaskBatch(message)
    }

    /// What ends whatever a worker does for a run.
    static func halt(_ run: RunID) -> Frame { WireWriter(.halt, run: run).message }
}
