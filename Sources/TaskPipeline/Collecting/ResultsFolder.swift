import Glibc

/// A folder of its own for each task, called by its number, with the files `stdout`, `stderr` and `seq`.
public final class ResultsFolder: ResultObserver {
    private let path: PathBytes
    private let replaces: Bool
    private let occupied: OccupiedFiles

    /// Makes the folder where it is missing.
    ///
    /// - Parameters:
    ///   - replaces: whether results that are there may be replaced, as in a run that is gone on with; otherwise a folder
    ///     that has some is refused.
    ///   - occupied: what must not be written to.
    public init(_ path: PathBytes, replaces: Bool, occupied: OccupiedFiles) throws {
        self.path = path
        self.replaces = replaces
        self.occupied = occupied
        try Self.makeFolder(path)
        guard !replaces, let task = Self.task(in: path) else { return }
        throw ResultFile.Failure(
            description:
                "\(path): it has results already, as in \(path)/\(task); --resume goes on with those of --output FILE, "
                + "or name another folder")
    }

    /// The name of a task's folder in a folder; nil where there is none.
    private static func task(in path: PathBytes) -> String? {
        guard let folder = opendir(path.cString) else { return nil }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if TaskNumber(name) != nil { return name }
        }
        return nil
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
        let file = open(path.cString, O_WRONLY | O_CREAT | O_CLOEXEC | (replaces ? 0 : O_EXCL), 0o666)
        guard file >= 0 else { throw ResultFile.Failure(description: "\(path): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        if let use = occupied.use(of: file) {
            throw ResultFile.Failure(description: "\(path): \(use); name another folder for --results-folder")
        }
        guard ftruncate(file, 0) == 0 else {
            throw ResultFile.Failure(description: "\(path): \(String(cString: strerror(errno)))")
        }
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
