import ArgumentParser
import CommandLineSupport
import TaskPipeline

/// What is done for a task.
struct JobOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Run a shell command for each task, which is on its standard input and in place of each {}; what it writes is the result.",
            valueName: "command"))
    var exec: String?

    @Option(
        help: "A job of its own instead: the digest or the words of the file that the task names, or the task itself.")
    var job: BuiltInJob?

    @Option(help: "Tasks done at once. (default: the cores of this machine; 1 for each worker of run)")
    var concurrency: Int?

    enum BuiltInJob: String, CaseIterable, ExpressibleByArgument {
        case sha256, wordcount, echo
    }

    func validate() throws {
        try Check.range(concurrency, 1...4096, "--concurrency")
        switch (exec, job) {
        case (nil, nil):
            throw ValidationError(
                "Missing what to do for a task: --exec 'COMMAND', or --job \(BuiltInJob.allCases.map(\.rawValue).joined(separator: "|"))"
            )
        case (_?, _?): throw ValidationError("--exec and --job exclude each other; leave one out")
        case (let command?, nil): _ = try script(command)
        case (nil, _?): break
        }
    }

    func makeJob() throws -> any Job {
        if let exec { return CommandJob(try script(exec)) }
        return switch job {
        case .sha256: SHA256Job()
        case .wordcount: WordCountJob()
        case .echo, nil: EchoJob()
        }
    }

    private func script(_ command: String) throws -> ShellScript {
        guard command.contains(where: { !$0.isWhitespace }) else {
            throw ValidationError("--exec '\(command)': a command is needed, such as --exec 'wc -c {}'")
        }
        guard !command.utf8.contains(0) else { throw ValidationError("--exec: a command cannot have a zero byte") }
        do throws(ShellScript.Refusal) {
            return try ShellScript(command)
        } catch {
            throw ValidationError("--exec '\(command)': \(error)")
        }
    }
}
