import Glibc

/// Writing lines to the process's streams.
public enum StandardStreams {
    /// Writes a line to standard output and sees to it that it is there before the call returns, even in a pipe.
    public static func printLine(_ line: String) {
        print(line)
        fflush(nil)
    }

    /// Writes a line to standard error, whole even when several threads write.
    public static func printErrorLine(_ line: String) {
        printError(line + "\n")
    }

    /// Writes a text to standard error as it is, whole even when several threads write.
    static func printError(_ text: String) {
        printError(Array(text.utf8))
    }

    /// Writes bytes to standard error as they are.
    static func printError(_ text: [UInt8]) {
        var bytes = text[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            guard written > 0 || errno == EINTR else { return }
            bytes = bytes.dropFirst(max(written, 0))
        }
    }
}
