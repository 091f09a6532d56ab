/// A node's data file, and what could not be written to it yet: a disk that is full for a while costs nobody a value.
struct ValueLog: ~Copyable {
    private var file: DataFile
    /// What is still to be written: a value, or nil for one that is kept no more.
    private var unwritten: [NodeID: DataFile.Value?] = [:]

    init(_ file: consuming DataFile) { self.file = file }

    /// Notes that a value is kept.
    mutating func keep(_ value: DataFile.Value) throws(DataFileError) { try note(value.key, value) }

    /// Notes that a value is kept no more.
    mutating func forget(_ key: NodeID) throws(DataFileError) {
        guard file.contains(key) else {
            unwritten.removeValue(forKey: key)
            return
        }
        try note(key, nil)
    }

    /// Writes what is still to be written, and waits until everything is on the disk.
    mutating func synchronize() throws(DataFileError) {
        try write()
        try file.synchronize()
    }

    private mutating func note(_ key: NodeID, _ value: DataFile.Value?) throws(DataFileError) {
        let hasFailed = !unwritten.isEmpty
        unwritten.updateValue(value, forKey: key)
        // When it is tried again is up to whoever synchronizes.
        if !hasFailed { try write() }
    }

    private mutating func write() throws(DataFileError) {
        for (key, value) in unwritten {
            if let value { try file.keep(value) } else { try file.forget(key) }
            unwritten.removeValue(forKey: key)
        }
    }
}
