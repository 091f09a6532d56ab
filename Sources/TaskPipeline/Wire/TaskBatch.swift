public import SwiftZMQ

/// Tasks on their way from the producer to a worker, many to a message.
public struct TaskBatch: Hashable, Sendable {
    /// The run they belong to.
    public var run: RunID
    /// The tasks.
    public var tasks: TaskList
    /// The line that names the columns of each; empty for none.
    public var header: ArraySlice<UInt8>

    /// A batch.
    public init(run: RunID, tasks: TaskList, header: ArraySlice<UInt8> = []) {
        self.header = header
        self.run = run
        self.tasks = tasks
    }

    /// A batch of tasks that lie apart.
    public init(run: RunID, tasks: some Sequence<PipelineTask>, header: ArraySlice<UInt8> = []) {
        self.init(run: run, tasks: TaskList(tasks), header: header)
    }

    /// Reads a message. Texts are parts of it, not copies.
    public init(_ message: Message) throws(WireError) {
        var reader = try WireReader(message)
        guard reader.kind == .tasks else { throw WireError("a producer does not send it to a worker") }
        run = reader.run
        header = try reader.bytes(Int(try reader.number(UInt32.self)))
        tasks = try TaskList(&reader)
    }

    /// The message in bytes.
    public var encoded: Frame {
        var writer = WireWriter(.tasks, run: run, capacity: header.count + 4)
        writer.write(UInt32(header.count))
        writer.write(bytesOf: header)
        return writer.message(before: tasks.encoded)
    }

    /// Reads a message that is a batch, or says that nobody wants the results of a run any more: nil.
    static func orHalt(_ message: Message) throws(WireError) -> TaskBatch? {
        WireReader.isKind(.halt, message) ? nil : try TaskBatch(message)
    }

    /// What ends whatever a worker does for a run.
    static func halt(_ run: RunID) -> Frame { WireWriter(.halt, run: run).message }
}
