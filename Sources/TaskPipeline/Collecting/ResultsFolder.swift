import Glibc

/// A folder of its own for each task, called by its number, with the files `stdout`, `stderr` and `seq`.
public final class ResultsFolder: ResultObserver {
    private let path: PathBytes

    /// Makes the folder where it is missing.
    public init(_ path: PathBytes) throws {
        self.path = path
        try Self.makeFolder(path)
    }

    /// Writes the files of a task; its last record counts.
    public func note(_ result: TaskResult) throws {
        guard result.isFinal else { return }
        let folder = path.adding("/\(result.number)")
        try Self.makeFolder(folder)
        try write(result.output, to: folder.adding("/stdout"))
        try write(result.errors, to: folder.adding("/stderr"))
        try write(Array("\(result.number)\n".utf8)[...], to: folder.adding("/seq"))
    }

    /// Everything has been written.
    public func flush() {}

    private static func makeFolder(_ path: PathBytes) throws {
        guard mkdir(path.cString, 0o777) != 0, errno != EEXIST else { return }
        throw ResultFile.Failure(description: "\(path): \(String(cString: strerror(errno)))")
    }

    private func write(_ bytes: ArraySlice<UInt8>, to path: PathBytes) throws {
        let file = open(path.cString, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw ResultFile.Failure(description: "\(path): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        var rest = bytes
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                throw ResultFile.Failure(description: "\(path): \(String(cString: strerror(errno)))")
            }
            rest = rest.dropFirst(written)
        }
    }
}
