/// What became of a task.
public struct TaskResult: Hashable, Sendable {
    /// The task's place in the input.
    public var number: TaskNumber
    /// The name of the worker that did it.
    public var worker: String
    /// 0 for success, otherwise what the last attempt ended with, as ``TaskStatus`` says.
    public var status: Int32
    /// How long the last attempt took, in nanoseconds.
    public var nanoseconds: Int64
    /// The line of the input.
    public var text: ArraySlice<UInt8>
    /// What the job made of it.
    public var output: ArraySlice<UInt8>
    /// What it wrote to standard error, where that is kept.
    public var errors: ArraySlice<UInt8>
    /// How the output is written as text.
    public var label: OutputLabel
    /// When the attempt began, in nanoseconds since 1970 by the worker's clock.
    public var started: Int64
    /// Which attempt it was; the first is 1.
    public var attempt: UInt32
    /// Whether no other attempt follows. One that is not final is known, and no result.
    public var isFinal: Bool

    /// A result.
    public init(
        number: TaskNumber, worker: String, status: Int32, nanoseconds: Int64, text: ArraySlice<UInt8>,
        output: ArraySlice<UInt8>, errors: ArraySlice<UInt8> = [], label: OutputLabel = .none, started: Int64 = 0,
        attempt: UInt32 = 1, isFinal: Bool = true
    ) {
        self.errors = errors
        self.label = label
        self.started = started
        self.attempt = attempt
        self.isFinal = isFinal
        self.number = number
        self.worker = worker
        self.status = status
        self.nanoseconds = nanoseconds
        self.text = text
        self.output = output
    }
}
