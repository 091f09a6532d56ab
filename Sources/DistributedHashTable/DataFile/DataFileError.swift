import Glibc

/// A data file cannot be used.
public struct DataFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, the reason and the remedy.
    public let description: String

    init(_ path: String, _ reason: String) { description = "\(path): \(reason)" }

    init(_ path: String, code: Int32 = errno) { self.init(path, String(cString: strerror(code))) }
}
