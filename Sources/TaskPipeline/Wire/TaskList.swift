/// Tasks side by side as they travel: of each its ``TaskHead``, and behind that its text.
///
/// A task is made when it is asked for. Its text is a part of the list's memory, and so is what is taken out of the list: to
/// take many tasks costs no more than to take one.
public struct TaskList: Sendable {
    /// How many tasks there are.
    public private(set) var count = 0
    private var bytes: [UInt8] = []
    /// Where in the bytes the tasks lie.
    private var range = 0..<0

    /// No tasks.
    public init() {}

    /// Some tasks.
    public init(_ tasks: some Sequence<PipelineTask>) {
        for task in tasks {
            task.text.withUnsafeBytes {
                append(task.number, attempt: task.attempt, isLastAttempt: task.isLastAttempt, text: $0)
            }
        }
    }

    /// Reads what is left of a message, all of whose lengths are looked at.
    init(_ reader: inout WireReader) throws(WireError) {
        let start = reader.position
        while !reader.isAtEnd {
            let head = try reader.record(TaskHead.self)
            try reader.skip(head.textCount)
            count += 1
        }
        bytes = reader.bytes
        range = start..<bytes.count
    }

    /// The tasks in bytes.
    var encoded: ArraySlice<UInt8> { bytes[range] }

    /// Adds a task, copying its text.
    @inline(__always)
    mutating func append(
        _ number: TaskNumber, attempt: UInt32, isLastAttempt: Bool, text: UnsafeRawBufferPointer
    ) {
        precondition(range.upperBound == bytes.count, "only the last part of a list can grow")
        bytes.append(
            TaskHead(number: number, attempt: attempt, isLastAttempt: isLastAttempt, textCount: text.count), text)
        range = range.lowerBound..<bytes.count
        count += 1
    }

    /// Takes the first tasks out.
    ///
    /// - Parameter most: how many, if there are so many.
    mutating func removeFirst(upTo most: Int) -> TaskList {
        var first = self
        guard most < count else {
            self = TaskList()
            return first
        }
        var end = startIndex
        for _ in 0..<most { end = index(after: end) }
        first.range = startIndex..<end
        first.count = most
        range = end..<endIndex
        count -= most
        return first
    }

    /// Calls a closure with the number of each task.
    @inline(__always)
    func forEachNumber(_ body: (TaskNumber) -> Void) {
        var position = startIndex
        while position < endIndex {
            let head = head(at: position)
            body(head.number)
            position += MemoryLayout<TaskHead>.size + head.textCount
        }
    }

    @inline(__always)
    private func head(at position: Int) -> TaskHead {
        precondition(range.contains(position), "there is no task at the end of a list")
        return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: TaskHead.self) }
    }
}

extension TaskList: Collection {
    /// Where the first task lies.
    public var startIndex: Int { range.lowerBound }

    /// Where the last task ends.
    public var endIndex: Int { range.upperBound }

    /// Where the next task lies.
    public func index(after position: Int) -> Int {
        position + MemoryLayout<TaskHead>.size + head(at: position).textCount
    }

    /// The task at a place.
    public subscript(position: Int) -> PipelineTask {
        let head = head(at: position)
        let text = position + MemoryLayout<TaskHead>.size
        return PipelineTask(
            number: head.number, attempt: head.attempt, isLastAttempt: head.isLastAttempt,
            text: bytes[text..<text + head.textCount])
    }
}

extension TaskList: Hashable {
    /// Two lists are equal when they have the same tasks.
    public static func == (one: TaskList, other: TaskList) -> Bool { one.encoded == other.encoded }

    /// Hashes the tasks.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(encoded)
    }
}
