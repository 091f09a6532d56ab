/// Where results go.
public protocol ResultSink: AnyObject, Sendable {
    /// Makes ready for a run.
    ///
    /// - Returns: the tasks of this run whose results are there already.
    func begin(_ run: RunID) throws -> (done: NumberSet, failed: NumberSet)

    /// Writes results. When it returns, they are where they belong.
    ///
    /// - Parameters:
    ///   - bytes: the results as they are to stand there; the sink leaves the array empty.
    ///   - done: the tasks they are of.
    ///   - failed: those of them that failed.
    nonisolated(nonsending) func write(_ bytes: inout [UInt8], done: NumberSet, failed: NumberSet) async throws

    /// Nothing more comes, and nobody will ask for this run again.
    func end()
}
