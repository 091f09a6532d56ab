/// A task as a job gets it.
public struct JobRequest: Hashable, Sendable {
    /// Its place in the input.
    public var number: TaskNumber
    /// The line of the input.
    public var text: ArraySlice<UInt8>
    /// The line that names the columns; empty for none.
    public var header: ArraySlice<UInt8>
    /// The run that it belongs to.
    public var run: RunID

    /// A request.
    public init(
        number: TaskNumber = 1, text: ArraySlice<UInt8>, header: ArraySlice<UInt8> = [], run: RunID = .none
    ) {
        self.run = run
        self.number = number
        self.text = text
        self.header = header
    }
}
