import Glibc
import SystemSupport

/// A line for each attempt, in the columns of GNU parallel's `--joblog`.
public final class JobLog: ResultObserver {
    private struct State {
        var lines: [UInt8] = []
        /// Whether an attempt was added; a log whose run has not begun stays as it is.
        var hasAttempts = false
    }

    private let path: PathBytes
    private let file: Int32
    private let state: Locked<State>

    private static let header = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n"

    /// Opens or makes the file.
    ///
    /// - Parameters:
    ///   - appends: whether a log that is there is gone on with; otherwise one that has something in it is refused.
    ///   - occupied: what must not be written to.
    public init(_ path: PathBytes, appends: Bool, occupied: OccupiedFiles) throws {
        self.path = path
        file = open(path.cString, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard file >= 0 else {
            throw ResultFile.Failure(description: "\(path): \(String(cString: strerror(errno)))")
        }
        var information = stat()
        let length = fstat(file, &information) == 0 ? information.st_size : 0
        let use = occupied.use(of: file)
        guard use == nil, length == 0 || appends else {
            close(file)
            throw ResultFile.Failure(
                description: use.map { "\(path): \($0); name another file for --joblog" }
                    ?? "\(path): it exists; --resume appends to it, or name another file for --joblog")
        }
        state = Locked(State(lines: length == 0 ? Array(Self.header.utf8) : []))
    }

    deinit {
        if state.withLock({ $0.hasAttempts }) { try? flush() }
        close(file)
    }

    /// The file.
    public var files: OccupiedFiles {
        var files = OccupiedFiles()
        files.add(FileIdentity(descriptor: file), use: "the attempts are written to it")
        return files
    }

    /// Adds a line.
    public func note(_ result: TaskResult) {
        state.withLock { state in
            state.lines += Self.line(result)
            state.hasAttempts = true
        }
    }

    /// Writes what was added.
    public func flush() throws {
        try state.withLock { state in
            var rest = state.lines[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
                if written < 0, errno == EINTR { continue }
                guard written > 0 else {
                    throw ResultFile.Failure(description: "\(path): \(String(cString: strerror(errno)))")
                }
                rest = rest.dropFirst(written)
            }
            state.lines.removeAll(keepingCapacity: true)
        }
    }

    /// The line of an attempt. The command is the task itself. A newline in it is written `\n`, so that a line is an attempt.
    static func line(_ result: TaskResult) -> [UInt8] {
        let (value, signal): (Int32, Int32) =
            switch result.status {
            case TaskStatus.timedOut, TaskStatus.outputTooLong: (-1, 15)
            case TaskStatus.lost: (-1, 9)
            case let status: TaskStatus.signal(of: status).map { (0, $0) } ?? (status, 0)
            }
        let started = thousandths(result.started, width: 0)
        let runtime = thousandths(result.nanoseconds, width: 10)
        var line = Array(
            ("\(result.number)\t\(result.worker)\t\(started)\t\(runtime)\t\(result.text.count)\t\(result.output.count)"
                + "\t\(value)\t\(signal)\t").utf8)
        for byte in result.text {
            if byte == UInt8(ascii: "\n") { line += Array("\\n".utf8) } else { line.append(byte) }
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    private static func thousandths(_ nanoseconds: Int64, width: Int) -> String {
        let milliseconds = max(0, nanoseconds) / 1_000_000
        let fraction = String(milliseconds % 1000)
        let text = "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
