/// The beginning of an input, or all of it: how many tasks there are, and what they are.
public struct InputPart: Hashable, Sendable {
    /// How many tasks.
    public private(set) var count: UInt64
    /// The digest of their texts, and of the line that names their columns.
    public private(set) var digest: LineDigest

    /// Nothing.
    public init() { self.init(count: 0, digest: LineDigest()) }

    init(count: UInt64, digest: LineDigest) {
        self.count = count
        self.digest = digest
    }

    /// Adds the next task.
    public mutating func add(_ text: UnsafeRawBufferPointer) { add(LineDigest(of: count + 1, text)) }

    /// Adds the next task by its digest.
    mutating func add(_ digest: LineDigest) {
        count += 1
        self.digest.formUnion(digest)
    }

    /// Adds the line that names the columns, which is no task.
    public mutating func add(header: UnsafeRawBufferPointer) { digest.formUnion(LineDigest(of: 0, header)) }
}

/// What is known of a run's input, by which a run that goes on with that one tells whether its own is the same.
public struct InputRecord: Hashable, Sendable {
    /// What has been read.
    public var read: InputPart
    /// All that there is, where that is known.
    public var whole: InputPart?

    /// A record; by default of an input of which nothing has been read.
    public init(read: InputPart = InputPart(), whole: InputPart? = nil) {
        self.read = read
        self.whole = whole
    }

    /// Takes over what a later record of the same run says. One that has come late changes nothing.
    public mutating func update(with later: InputRecord) {
        if later.read.count > read.count { read = later.read }
        if let whole = later.whole { self.whole = whole }
    }
}
