public import ArgumentParser
import Glibc
import Synchronization

/// How every program of this package begins and ends: results on standard output, one clear line for an error on
/// standard error, 64 for wrong usage, 1 for what went wrong at run time.
public enum CommandLineProgram {
    /// The exit status for wrong usage (`EX_USAGE`).
    public static let usageStatus: Int32 = 64
    /// The exit status for what went wrong at run time.
    public static let failureStatus: Int32 = 1

    /// Runs a command with the process's arguments and exits.
    ///
    /// Beside what the parser does by itself, such as `--generate-completion-script SHELL`, a sole `--generate-manual`
    /// prints the program's page for `man`.
    public static func run<Command: AsyncParsableCommand>(_ command: Command.Type) async -> Never {
        if ProcessArguments.words == ["--generate-manual"],
            let description = CommandDescription.read(command._dumpHelp())
        {
            print(ManualPage(description, version: ProgramVersion.number).text, terminator: "")
            exitNow(0)
        }
        var parsed: any ParsableCommand
        do {
            parsed = try Command.parseAsRoot(ProcessArguments.words)
        } catch {
            exit(afterUsageError: error, of: command)
        }
        do {
            if var asynchronous = parsed as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try parsed.run()
            }
            Self.exitNow(0)
        } catch let code as ExitCode {
            Self.exitNow(code.rawValue)
        } catch let error as OutputError where error.isReaderGone {
            // Whoever read the results has seen enough, as `head` has after its last line.
            Self.exitNow(0)
        } catch let error where error is ValidationError || command.exitCode(for: error) == .success {
            // The parser's own help command answers by throwing when it runs.
            exit(afterUsageError: error, of: command)
        } catch {
            complain("\(error)", of: command)
            Self.exitNow(failureStatus)
        }
    }

    private static func exit<Command: ParsableCommand>(afterUsageError error: any Error, of command: Command.Type)
        -> Never
    {
        // Help and version are errors to the parser, and answers to the user.
        guard command.exitCode(for: error) != .success else {
            print(command.message(for: error))
            exitNow(0)
        }
        let message = command.message(for: error)
        complain(message.contains("Unknown option") ? message : unknownOption(of: command) ?? message, of: command)
        exitNow(usageStatus)
    }

    /// What is said of an option that the command does not have, before anything that it misses.
    private static func unknownOption<Command: ParsableCommand>(of command: Command.Type) -> String? {
        CommandDescription.read(command._dumpHelp()).flatMap {
            UnknownOptionSearch($0).unknownOption(in: ProcessArguments.words)
        }.map {
            "Unknown option '\($0.option)'. See '\($0.command) --help' for what there is."
        }
    }

    private static func complain<Command: ParsableCommand>(_ message: String, of command: Command.Type) {
        let name = command._commandName
        let line = ProcessArguments.readable(message).split(whereSeparator: \.isNewline).joined(separator: " ")
        StandardStreams.printErrorLine("\(name): \(line)")
    }

    /// Exits without waiting for anything, once everything printed has been written. The first status counts.
    public static func exitNow(_ status: Int32) -> Never {
        ending.withLock { _ in
            fflush(nil)
            Glibc.exit(status)
        }
    }

    /// Held for good by whoever exits: what ends with the process, such as a command, may be all that another thread waits
    /// for before it exits with a status of its own.
    private static let ending = Mutex(())
}
