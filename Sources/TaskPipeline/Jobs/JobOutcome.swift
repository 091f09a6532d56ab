/// What came of a task.
public struct JobOutcome: Hashable, Sendable {
    /// 0 for success.
    public var status: Int32
    /// The result.
    public var output: ArraySlice<UInt8>
    /// Why it failed, for the log of the worker.
    public var complaint: String?

    /// An outcome.
    public init(status: Int32 = 0, output: ArraySlice<UInt8> = [], complaint: String? = nil) {
        self.status = status
        self.output = output
        self.complaint = complaint
    }
}
