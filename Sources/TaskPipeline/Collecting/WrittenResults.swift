/// Which results are written together.
public struct WrittenResults: Hashable, Sendable {
    /// The tasks they are of.
    public var done = NumberSet()
    /// Those of them that failed.
    public var failed = NumberSet()
    /// The digest of the texts of all.
    public var digest = LineDigest()
    /// The digest of the texts of those that failed.
    public var failedDigest = LineDigest()

    /// No results.
    public init() {}

    /// Adds a result.
    public mutating func add(_ result: TaskResult) {
        result.text.withUnsafeBytes { add(result.number, $0, status: result.status) }
    }

    /// Adds a result of a task with a text.
    mutating func add(_ number: TaskNumber, _ text: UnsafeRawBufferPointer, status: Int32) {
        let digest = LineDigest(of: number, text)
        done.insert(number)
        self.digest.formUnion(digest)
        guard status != 0 else { return }
        failed.insert(number)
        failedDigest.formUnion(digest)
    }
}
