/// What came of a task.
public struct JobOutcome: Hashable, Sendable {
    /// 0 for success; otherwise as ``TaskStatus`` says.
    public var status: Int32
    /// The result.
    public var output: ArraySlice<UInt8>
    /// What it wrote to standard error.
    public var errors: ArraySlice<UInt8>
    /// How the output is written as text. Default as it is.
    public var label: OutputLabel
    /// Why it failed, for the log of the worker.
    public var complaint: String?
    /// What this machine lacks to do it, which is no fault of the task's: another may do it, or this one later.
    public var shortage: String?

    /// An outcome.
    public init(
        status: Int32 = 0, output: ArraySlice<UInt8> = [], errors: ArraySlice<UInt8> = [],
        label: OutputLabel = .none, complaint: String? = nil
    ) {
        self.label = label
        self.status = status
        self.output = output
        self.errors = errors
        self.complaint = complaint
    }

    /// A task that could not be begun, or not be finished, for lack of something.
    public init(shortage: String) {
        self.init(status: 1)
        self.shortage = shortage
    }
}
