public import SwiftZMQ

/// Tasks on their way from the producer to a worker, many to a message.
public struct TaskBatch: Hashable, Sendable {
    /// The run they belong to.
    public var run: RunID
    /// The tasks.
    public var tasks: [PipelineTask]

    /// A batch.
    public init(run: RunID, tasks: [PipelineTask]) {
        self.run = run
        self.tasks = tasks
    }

    /// Reads a message. Texts are parts of it, not copies.
    public init(_ message: Message) throws(WireError) {
        var reader = try WireReader(message)
        guard reader.kind == .tasks else { throw WireError("a producer does not send it to a worker") }
        run = reader.run
        tasks = []
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
        var writer = WireWriter(.tasks, run: run, capacity: tasks.reduce(0) { $0 + $1.text.count + 17 })
        for task in tasks {
            writer.write(record: TaskHead(task))
            writer.write(bytesOf: task.text)
        }
        return writer.message
    }
}
