/// What became of a task.
public struct TaskResult: Hashable, Sendable {
    /// The task's place in the input.
    public var number: TaskNumber
    /// The name of the worker that did it.
    public var worker: String
    /// 0 for success, otherwise what the last attempt ended with.
    public var status: Int32
    /// How long the last attempt took, in nanoseconds.
    public var nanoseconds: Int64
    /// The line of the input.
    public var text: ArraySlice<UInt8>
    /// What the job made of it.
    public var output: ArraySlice<UInt8>

    /// A result.
    public init(
        number: TaskNumber, worker: String, status: Int32, nanoseconds: Int64, text: ArraySlice<UInt8>,
        output: ArraySlice<UInt8>
    ) {
        self.number = number
        self.worker = worker
        self.status = status
        self.nanoseconds = nanoseconds
        self.text = text
        self.output = output
    }
}
