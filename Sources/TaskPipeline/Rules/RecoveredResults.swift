/// What a collector has of a run that is gone on with.
public struct RecoveredResults: Hashable, Sendable {
    /// The tasks whose results are where they belong.
    public var done: NumberSet
    /// Those of them that failed.
    public var failed: NumberSet
    /// The digest of the texts of those that are done.
    public var digest: LineDigest
    /// What was known of the input.
    public var input: InputRecord

    /// Results; by default none.
    public init(
        done: NumberSet = NumberSet(), failed: NumberSet = NumberSet(), digest: LineDigest = LineDigest(),
        input: InputRecord = InputRecord()
    ) {
        self.done = done
        self.failed = failed
        self.digest = digest
        self.input = input
    }
}
