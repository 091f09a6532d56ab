package import CommandExecution
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
    private let shell: String
    private let environment = CommandEnvironment(without: ["TASK"])

    /// The job of running a script.
    ///
    /// - Parameters:
    ///   - settings: how.
    ///   - errorLines: what commands write to standard error.
    ///   - notice: told of a command that has been stopped.
    ///   - shell: the path of the shell. Default `/bin/sh`.
    package init(
        _ script: ShellScript, settings: CommandSettings = CommandSettings(),
        errorLines: ErrorLines, notice: @escaping NoticeHandler = { _ in }, shell: String = "/bin/sh"
    ) {
        self.script = script
        self.settings = settings
        self.errorLines = errorLines
        self.notice = notice
        self.shell = shell
    }

    /// The job of running a script, whose commands write to this process's standard error.
    public init(_ script: ShellScript, settings: CommandSettings = CommandSettings()) {
        self.init(script, settings: settings, errorLines: .standardError)
    }

    /// Runs the command and waits for its end.
    public func run(_ request: JobRequest) -> JobOutcome {
        do throws(CommandFailure) {
            let words = try words(for: request)
            let input = try NamelessFile(holding: request.text + [UInt8(ascii: "\n")], for: "the task")
            let command = Command(
                words.arguments, variables: words.variables, in: environment, limits: settings.limits,
                tag: request.run.commandTag)
            let result = try command.run(
                input: input, .kept(errorLines, keepsErrors: settings.keepsErrors)
            ) { signal, process in
                notice(
                    PipelineNotice(
                        "task \(request.number): its command has been stopped by signal \(signal); "
                            + "kill -CONT \(process) lets it go on"))
            }
            return outcome(of: request, result)
        } catch {
            if error.isShortage { return JobOutcome(shortage: error.description) }
            let complaint =
                error.isTooLong
                ? "its \(request.text.count) bytes are too long for an argument; \(Self.remedy)" : error.description
            return JobOutcome(status: 126, complaint: complaint)
        }
    }

    private func outcome(of request: JobRequest, _ result: CommandResult) -> JobOutcome {
        let (status, complaint): (Int32, String?) =
            switch result.ending {
            case .exited(let status): (status, nil)
            case .signalled(let number): (TaskStatus.signal(number), nil)
            case .timedOut:
                (TaskStatus.timedOut, "it took longer than \(settings.timeout.map { "\($0)" } ?? ""), and was ended")
            case .outputTooLong:
                (
                    TaskStatus.outputTooLong,
                    "it wrote more than \(settings.mostOutput) bytes, and was ended; --max-output allows more"
                )
            }
        return JobOutcome(
            status: status, output: tagged(result.output, request), errors: result.errors, complaint: complaint)
    }

    private func tagged(_ output: ArraySlice<UInt8>, _ request: JobRequest) -> ArraySlice<UInt8> {
        guard settings.tagsLines, !output.isEmpty else { return output }
        var tagged: [UInt8] = []
        var rest = output
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? rest.endIndex
            tagged += request.text
            tagged.append(UInt8(ascii: "\t"))
            tagged += rest[..<end]
            rest = rest[end...]
        }
        return tagged[...]
    }

    // MARK: Words

    private struct Words {
        var arguments: [[UInt8]]
        var variables: [[UInt8]]
    }

    private static let remedy = "let the command read it from standard input"
    /// The longest argument, and the longest variable with its name, that Linux takes.
    private static let longestWord = 128 << 10

    private func words(for request: JobRequest) throws(CommandFailure) -> Words {
        var words = Words(
            arguments: [Array(shell.utf8), Array("-c".utf8), script.bytes, Array("sh".utf8)], variables: [])
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
        words.variables.append(Array("TASK=".utf8) + request.text)
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
}
