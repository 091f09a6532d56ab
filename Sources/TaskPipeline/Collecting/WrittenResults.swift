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
        done.insert(result.number)
        digest.add(result.number, result.text)
        guard result.status != 0 else { return }
        failed.insert(result.number)
        failedDigest.add(result.number, result.text)
    }
}
