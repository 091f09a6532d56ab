/// A task that was given up because workers died with it.
public struct LostTask: Hashable, Sendable {
    /// The task.
    public var number: TaskNumber
    /// Which attempt the last one was.
    public var attempt: UInt32
    /// The line of the input.
    public var text: ArraySlice<UInt8>
    /// The names of the workers.
    public var workers: [String]

    /// A lost task.
    public init(number: TaskNumber, attempt: UInt32, text: ArraySlice<UInt8>, workers: [String]) {
        self.number = number
        self.attempt = attempt
        self.text = text
        self.workers = workers
    }

    /// The record that is written of it.
    var result: TaskResult {
        TaskResult(
            number: number, worker: workers.joined(separator: ", "), status: TaskStatus.lost, nanoseconds: 0,
            text: text,
            output: [])
    }
}
