/// The files of a run that are read or written already, so that nothing else is written to one of them, whatever name it goes by.
public struct OccupiedFiles: Sendable {
    private var uses: [FileIdentity: String] = [:]

    /// No files.
    public init() {}

    /// Adds a file; nil, for what is no regular file, adds nothing.
    ///
    /// - Parameter use: what it is used for, as a sentence about it: `it is the input`.
    public mutating func add(_ file: FileIdentity?, use: String) {
        if let file, uses[file] == nil { uses[file] = use }
    }

    /// Adds those of others.
    public mutating func formUnion(_ others: OccupiedFiles) {
        for (file, use) in others.uses { add(file, use: use) }
    }

    /// What an open file is used for already; nil where it is free.
    func use(of descriptor: Int32) -> String? { FileIdentity(descriptor: descriptor).flatMap { uses[$0] } }
}
