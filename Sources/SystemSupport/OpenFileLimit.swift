import CSystemSupport

/// The files that the process may have open, sockets among them.
package enum OpenFileLimit {
    /// How many; nil where the system does not say or does not care.
    package static var current: Int? {
        let limit = csystem_open_file_limit()
        return limit == 0 || limit > Int32.max ? nil : Int(limit)
    }

    /// The lowest number that the next file would get: so many are open at least. Nil where none can be opened.
    package static var next: Int? {
        guard let probe = try? WakeDescriptor() else { return nil }
        return Int(probe.number)
    }
}
