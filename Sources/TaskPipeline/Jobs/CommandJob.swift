import CTaskPipeline
import Glibc

/// A shell command that is run for each task: the task on standard input, with a newline, in `TASK` and as `$1`; what it
/// writes to standard output is the result.
///
/// It runs in a session of its own, without a terminal: a Ctrl-C that is meant for the worker lets it finish, and one that
/// wants to ask somebody fails at once. It ends with its shell, whoever still holds its pipes open.
public struct CommandJob: Job {
    private let script: ShellScript
    private let settings: CommandSettings
    private let errorLines: ErrorLines
    private let notice: NoticeHandler
    /// The environment of all of them, but for the task.
    private let environment: [[UInt8]]

    /// The job of running a script.
    ///
    /// - Parameters:
    ///   - settings: how.
    ///   - errorLines: what commands write to standard error. Default this process's.
    ///   - notice: told of a command that has been stopped.
    public init(
        _ script: ShellScript, settings: CommandSettings = CommandSettings(),
        errorLines: ErrorLines = .standardError, notice: @escaping NoticeHandler = { _ in }
    ) {
        self.script = script
        self.settings = settings
        self.errorLines = errorLines
        self.notice = notice
        environment = Self.ownEnvironment()
    }

    /// Runs the command and waits for its end.
    public func run(_ request: JobRequest) -> JobOutcome {
        do throws(CommandFailure) {
            let words = try words(for: request)
            let input = try CommandFiles.file(Array(request.text) + [UInt8(ascii: "\n")])
            defer { close(input) }
            return try run(request, words: words, input: input)
        } catch {
            return error.isShortage
                ? JobOutcome(shortage: error.description) : JobOutcome(status: 126, complaint: error.description)
        }
    }

    private func run(_ request: JobRequest, words: Words, input: Int32) throws(CommandFailure) -> JobOutcome {
        let output = try CommandFiles.pipe()
        let errors: (read: Int32, write: Int32)
        do throws(CommandFailure) {
            errors = try CommandFiles.pipe()
        } catch {
            close(output.read)
            close(output.write)
            throw error
        }
        let code = start(words, for: request.run, input: input, output: output.write, errors: errors.write)
        close(output.write)
        close(errors.write)
        guard code > 0 else {
            close(output.read)
            close(errors.read)
            throw code == -E2BIG
                ? CommandFailure("its \(request.text.count) bytes are too long for an argument; \(Self.remedy)", 0)
                : CommandFailure("/bin/sh", -code)
        }
        var command = RunningCommand(
            process: code, output: output.read, errors: errors.read, settings: settings, errorLines: errorLines)
        defer { command.close() }
        return try command.outcome(of: request, notice: notice)
    }

    // MARK: Words

    private struct Words {
        var arguments: [[UInt8]]
        var environment: [[UInt8]]
    }

    private static let remedy = "let the command read it from standard input"
    /// The longest argument, and the longest variable with its name, that Linux takes.
    private static let longestWord = 128 << 10

    private func words(for request: JobRequest) throws(CommandFailure) -> Words {
        var words = Words(
            arguments: [Array("sh".utf8), Array("-c".utf8), script.bytes, Array("sh".utf8)], environment: environment)
        guard fits(request.text) else {
            if script.takesArgument {
                throw CommandFailure(
                    request.text.contains(0)
                        ? "a zero byte cannot be in an argument; \(Self.remedy)"
                        : "its \(request.text.count) bytes are too long for an argument; \(Self.remedy)", 0)
            }
            return words
        }
        words.arguments.append(Array(request.text))
        words.environment.append(Array("TASK=".utf8) + request.text)
        for placeholder in script.placeholders {
            do throws(Placeholder.Missing) {
                words.arguments.append(Array(try placeholder.value(for: request, columns: settings.columns)))
            } catch {
                throw CommandFailure(error.description, 0)
            }
        }
        return words
    }

    private func fits(_ text: ArraySlice<UInt8>) -> Bool { text.count < Self.longestWord - 8 && !text.contains(0) }

    private static func ownEnvironment() -> [[UInt8]] {
        var variables: [[UInt8]] = []
        var next = environ
        while let variable = next.pointee {
            let bytes = Array(
                UnsafeBufferPointer(start: variable, count: strlen(variable)).map { UInt8(bitPattern: $0) })
            if !bytes.starts(with: "TASK=".utf8) { variables.append(bytes) }
            next += 1
        }
        return variables
    }

    // MARK: Starting

    /// The number of the new process, or the negative of an error number.
    private func start(_ words: Words, for run: RunID, input: Int32, output: Int32, errors: Int32) -> pid_t {
        func copies(_ words: [[UInt8]]) -> [UnsafeMutablePointer<CChar>?] {
            words.map { word in
                (word + [0]).withUnsafeBytes { bytes in
                    bytes.bindMemory(to: CChar.self).baseAddress.flatMap { strdup($0) }
                }
            } + [nil]
        }
        let arguments = copies(words.arguments)
        let environment = copies(words.environment)
        defer { for word in arguments + environment { free(word) } }
        return arguments.withUnsafeBufferPointer { arguments in
            environment.withUnsafeBufferPointer { environment in
                "/bin/sh".withCString { path in
                    var command = cpipeline_command(
                        path: path, arguments: arguments.baseAddress, environment: environment.baseAddress,
                        input: input,
                        output: output, errors: errors, niceness: Int32(clamping: settings.niceness),
                        open_files: UInt(clamping: settings.openFiles ?? 0))
                    return RunningCommands.start(for: run) { cpipeline_start_command(&command) }
                }
            }
        }
    }
}
