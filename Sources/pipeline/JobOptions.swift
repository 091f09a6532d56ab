import ArgumentParser
import CommandExecution
import CommandLineSupport
import Glibc
import TaskPipeline

/// What is done for a task.
struct JobOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Run a shell command for each task, which is in place of each {} that is a plain word, in \"$TASK\", and on standard input; what it writes is the result.",
            discussion: """
                Also {.} without extension, {/} last component, {//} folder, {/.} both, {#} number; with --colsep {1} {2} \
                and names of --header. In quotes write "$TASK"; a sum, [[ ]] and eval read its text as the shell's own.
                """,
            valueName: "command"))
    var exec: String?

    @Option(
        help: "A job of its own instead: the digest or the words of the file that the task names, or the task itself.")
    var job: BuiltInJob?

    @Option(help: "Tasks done at once. (default: the cores of this machine; 1 for each worker of run)")
    var concurrency: Int?

    @Option(
        help: ArgumentHelp(
            "The longest an attempt may take: SIGTERM then, SIGKILL 5 s later.", valueName: "duration"),
        transform: DurationOption.parse)
    var timeout: DurationArgument?

    @Option(help: ArgumentHelp("The most output of a command. (default: 64MiB)", valueName: "size"))
    var maxOutput: SizeArgument?

    @Option(help: ArgumentHelp("What is added to the number of the commands' priority.", valueName: "n"))
    var nice: Int?

    @Flag(help: "Begin each line of output with its task and a tab.")
    var tag = false

    @Option(
        help: ArgumentHelp("Begin no task above this load, such as 80% or 1.5 processes a core.", valueName: "load"))
    var load: String?

    @Option(help: ArgumentHelp("Begin no task below this free memory, such as 1GiB.", valueName: "size"))
    var memfree: SizeArgument?

    enum BuiltInJob: String, CaseIterable, ExpressibleByArgument {
        case sha256, wordcount, echo
    }

    func validate() throws {
        try Check.range(concurrency, 1...4096, "--concurrency")
        try Check.range(nice, -20...19, "--nice")
        try Check.range(maxOutput?.bytes, 1...(1 << 31), "--max-output")
        if let timeout, timeout.duration <= .zero {
            throw ValidationError("--timeout \(timeout): a time above zero is needed")
        }
        _ = try limits
        switch (exec, job) {
        case (nil, nil):
            throw ValidationError(
                "Missing what to do for a task: --exec 'COMMAND', or --job \(BuiltInJob.allCases.map(\.rawValue).joined(separator: "|"))"
            )
        case (_?, _?): throw ValidationError("--exec and --job exclude each other; leave one out")
        case (nil, _?):
            for (option, isGiven) in [
                ("--timeout", timeout != nil), ("--max-output", maxOutput != nil), ("--nice", nice != nil),
                ("--tag", tag),
            ] where isGiven { throw ValidationError("\(option) concerns commands: it goes with --exec") }
        case (_?, nil): break
        }
    }

    /// Refuses a command that cannot be run as it is meant; for whoever knows the columns.
    func validate(_ columns: ColumnOptions) throws {
        if let exec { _ = try script(exec, columns) }
    }

    /// The job.
    ///
    /// - Parameters:
    ///   - openFiles: the most files that commands may have open.
    ///   - keepsErrors: whether what commands write to standard error goes with their results.
    func makeJob(
        _ columns: ColumnOptions, openFiles: Int?, keepsErrors: Bool = true, errorLines: ErrorLines = .standardError,
        notice: @escaping NoticeHandler
    ) throws -> any Job {
        if let exec {
            var settings = CommandSettings()
            settings.timeout = timeout?.duration
            if let maxOutput { settings.mostOutput = maxOutput.bytes }
            settings.niceness = nice ?? 0
            settings.openFiles = openFiles
            settings.tagsLines = tag
            settings.columns = columns.splitter
            settings.keepsErrors = keepsErrors
            return CommandJob(try script(exec, columns), settings: settings, errorLines: errorLines, notice: notice)
        }
        return switch job {
        case .sha256: SHA256Job()
        case .wordcount: WordCountJob()
        case .echo, nil: EchoJob()
        }
    }

    /// What the machine has to have left.
    var limits: MachineLimits {
        get throws {
            var limits = MachineLimits()
            limits.freeMemory = memfree?.bytes
            guard let load else { return limits }
            let isPercent = load.hasSuffix("%")
            guard let number = Double(isPercent ? load.dropLast() : load[...]), number > 0, number.isFinite else {
                throw ValidationError(
                    "--load '\(load)': a share of the processors such as 80%, or processes a core such as 1.5, is needed"
                )
            }
            limits.load = isPercent ? number / 100 : number
            return limits
        }
    }

    private func script(_ command: String, _ columns: ColumnOptions) throws -> ShellScript {
        guard command.contains(where: { !$0.isWhitespace }) else {
            throw ValidationError("--exec '\(command)': a command is needed, such as --exec 'wc -c {}'")
        }
        do throws(ShellScript.Refusal) {
            return try ShellScript(
                CommandBytes.value(of: "--exec") ?? Array(command.utf8), hasColumns: columns.splitter != nil)
        } catch {
            throw ValidationError("--exec '\(command)': \(error)")
        }
    }
}
