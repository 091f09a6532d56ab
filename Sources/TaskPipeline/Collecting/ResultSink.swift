/// Where results go.
public protocol ResultSink: AnyObject, Sendable {
    /// The files that it writes to.
    var files: OccupiedFiles { get }

    /// Whether a run was begun in it that is gone on with.
    var goesOn: Bool { get }

    /// Makes ready for a run.
    ///
    /// - Returns: what is there of it already, or of the run that it goes on with.
    func begin(_ run: RunID) throws -> RecoveredResults

    /// Says what is known of the input. It must not wait for a disk: whoever calls it has others to hear.
    func note(_ input: InputRecord)

    /// Writes results. When it returns, they are where they belong.
    ///
    /// - Parameters:
    ///   - bytes: the results as they are to stand there; the sink leaves the array empty.
    ///   - results: what they are.
    nonisolated(nonsending) func write(_ bytes: inout [UInt8], _ results: WrittenResults) async throws

    /// Nothing more comes.
    ///
    /// - Parameter isComplete: whether every task is done, and nobody will ask for this run again.
    func end(isComplete: Bool)
}

extension ResultSink {
    /// None.
    public var files: OccupiedFiles { OccupiedFiles() }

    /// It has nothing to go on with.
    public var goesOn: Bool { false }

    /// Takes no note.
    public func note(_ input: InputRecord) {}
}
