/// A task as it is handed to a worker.
public struct PipelineTask: Hashable, Sendable {
    /// Its place in the input.
    public var number: TaskNumber
    /// How often it has been tried, this time included; the first is 1.
    public var attempt: UInt32
    /// Whether no other attempt follows, so that its result counts whatever it is.
    public var isLastAttempt: Bool
    /// The line of the input, without its newline; part of what was read or received with it.
    public var text: ArraySlice<UInt8>

    /// A task.
    public init(number: TaskNumber, attempt: UInt32 = 1, isLastAttempt: Bool = false, text: ArraySlice<UInt8>) {
        self.number = number
        self.attempt = attempt
        self.isLastAttempt = isLastAttempt
        self.text = text
    }
}
