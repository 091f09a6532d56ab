public import ArgumentParser
import Glibc

/// How every program of this package begins and ends: results on standard output, one clear line for an error on
/// standard error, 64 for wrong usage, 1 for what went wrong at run time.
public enum CommandLineProgram {
    /// The exit status for wrong usage (`EX_USAGE`).
    public static let usageStatus: Int32 = 64
    /// The exit status for what went wrong at run time.
    public static let failureStatus: Int32 = 1

    /// Runs a command with the process's arguments and exits.
    public static func run<Command: AsyncParsableCommand>(_ command: Command.Type) async -> Never {
        var parsed: any ParsableCommand
        do {
            parsed = try Command.parseAsRoot()
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
        complain(command.message(for: error), of: command)
        exitNow(usageStatus)
    }

    private static func complain<Command: ParsableCommand>(_ message: String, of command: Command.Type) {
        let name = command._commandName
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        StandardStreams.printErrorLine("\(name): \(line)")
    }

    /// Exits without waiting for anything, once everything printed has been written.
    public static func exitNow(_ status: Int32) -> Never {
        fflush(nil)
        Glibc.exit(status)
    }
}
