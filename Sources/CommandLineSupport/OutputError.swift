import Glibc

/// Standard output did not take what was written.
public struct OutputError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system's error number.
    public let code: Int32

    init(code: Int32) {
        self.code = code
    }

    /// Whether the reader of a pipe is gone, as `head` is when it has seen enough: no failure, but the end.
    public var isReaderGone: Bool { code == EPIPE }

    /// The stream and the system's reason.
    public var description: String { "standard output: \(String(cString: strerror(code)))" }
}
