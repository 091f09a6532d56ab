import CCommandExecution
import Glibc

/// A program and its arguments, run as a process group of its own: in a session without a terminal, with no signal blocked
/// or ignored, and with nothing of this process but its environment and what it is given.
///
/// A Ctrl-C that is meant for this process lets the command finish, and one that wants to ask somebody fails at once.
package struct Command: Sendable {
    private let words: [[UInt8]]
    private let variables: [[UInt8]]
    private let environment: CommandEnvironment
    private let limits: CommandLimits
    private let tag: CommandTag
    private let directory: String?

    /// - Parameters:
    ///   - words: the program, which is looked for in `PATH`, and its arguments.
    ///   - variables: what is added to the environment, each `NAME=value`.
    ///   - limits: what it may take.
    ///   - tag: together with which others it is ended.
    ///   - directory: where it runs; nil, the default, for where this process does.
    package init(
        _ words: [[UInt8]], variables: [[UInt8]], in environment: CommandEnvironment,
        limits: CommandLimits = CommandLimits(), tag: CommandTag = .none, directory: String? = nil
    ) {
        self.words = words
        self.variables = variables
        self.environment = environment
        self.limits = limits
        self.tag = tag
        self.directory = directory
    }

    /// Runs it, and waits for its end, whoever still holds its output open.
    ///
    /// - Parameters:
    ///   - input: what is on its standard input.
    ///   - streams: what becomes of what it writes.
    ///   - noteStart: is told its number, which is that of its group, too, before anything that it writes is passed on.
    ///   - noteStop: is told the signal and the number of a command that has been stopped, once.
    package func run(
        input: borrowing NamelessFile, _ streams: CommandStreams, noteStart: (_ process: Int32) -> Void = { _ in },
        noteStop: (_ signal: Int32, _ process: Int32) -> Void
    ) throws(CommandFailure) -> CommandResult {
        switch streams {
        case .passed(let output, let errorLines?):
            return try run(input, output: output, errorLines, noteStart, noteStop)
        case .passed(let output, nil):
            let process = try start(input: input.descriptor, output: output, errors: STDERR_FILENO)
            noteStart(process)
            var command = RunningCommand(process: process, limits: limits)
            return try command.result(noteStop: noteStop)
        case .kept(let errorLines, let keepsErrors):
            return try run(input, nil, errorLines, keepsErrors, noteStart, noteStop)
        case .lines(let output, let errors):
            return try run(input, output, errors, false, noteStart, noteStop)
        }
    }

    /// Runs it with a pipe for its standard error alone.
    private func run(
        _ input: borrowing NamelessFile, output: Int32, _ errorLines: ErrorLines,
        _ noteStart: (_ process: Int32) -> Void, _ noteStop: (_ signal: Int32, _ process: Int32) -> Void
    ) throws(CommandFailure) -> CommandResult {
        let errors = try Self.pipe()
        let process: pid_t
        do throws(CommandFailure) {
            defer { close(errors.write) }
            process = try start(input: input.descriptor, output: output, errors: errors.write)
        } catch {
            close(errors.read)
            throw error
        }
        noteStart(process)
        var command = RunningCommand(process: process, limits: limits, errors: errors.read, errorLines: errorLines)
        return try command.result(noteStop: noteStop)
    }

    /// Runs it with a pipe for each of its streams.
    private func run(
        _ input: borrowing NamelessFile, _ outputLines: ErrorLines?, _ errorLines: ErrorLines, _ keepsErrors: Bool,
        _ noteStart: (_ process: Int32) -> Void, _ noteStop: (_ signal: Int32, _ process: Int32) -> Void
    ) throws(CommandFailure) -> CommandResult {
        let output = try Self.pipe()
        let errors: (read: Int32, write: Int32)
        do throws(CommandFailure) {
            errors = try Self.pipe()
        } catch {
            close(output.read)
            close(output.write)
            throw error
        }
        let process: pid_t
        do throws(CommandFailure) {
            defer {
                close(output.write)
                close(errors.write)
            }
            process = try start(input: input.descriptor, output: output.write, errors: errors.write)
        } catch {
            close(output.read)
            close(errors.read)
            throw error
        }
        noteStart(process)
        var command = RunningCommand(
            process: process, limits: limits, output: output.read, errors: errors.read, outputLines: outputLines,
            errorLines: errorLines, keepsErrors: keepsErrors)
        return try command.result(noteStop: noteStop)
    }

    /// The two ends of a new pipe, which no command of another thread inherits: one that somebody else holds open does not
    /// end.
    private static func pipe() throws(CommandFailure) -> (read: Int32, write: Int32) {
        var ends: (Int32, Int32) = (-1, -1)
        let code = withUnsafeMutableBytes(of: &ends) { bytes in
            ccommand_make_pipe(bytes.assumingMemoryBound(to: Int32.self).baseAddress) == 0 ? 0 : errno
        }
        guard code == 0 else { throw CommandFailure("a pipe for the command", code) }
        return ends
    }

    /// Starts the process; its number.
    private func start(input: Int32, output: Int32, errors: Int32) throws(CommandFailure) -> pid_t {
        guard let program = words.first else { throw CommandFailure("a command without a word", 0) }
        let path = try environment.path(of: program)
        func copies(_ words: [[UInt8]]) -> [UnsafeMutablePointer<CChar>?] {
            words.map { word in
                (word + [0]).withUnsafeBytes { bytes in
                    bytes.bindMemory(to: CChar.self).baseAddress.flatMap { strdup($0) }
                }
            } + [nil]
        }
        let arguments = copies(words)
        let variables = copies(environment.adding(variables))
        let paths = copies([path] + (directory.map { [Array($0.utf8)] } ?? []))
        defer { for word in arguments + variables + paths { free(word) } }
        let process = arguments.withUnsafeBufferPointer { arguments in
            variables.withUnsafeBufferPointer { variables in
                RunningCommands.start(for: tag) { `guard` in
                    var command = ccommand(
                        path: paths[0], arguments: arguments.baseAddress, environment: variables.baseAddress,
                        directory: paths[1], input: input, output: output, errors: errors,
                        niceness: Int32(clamping: limits.niceness),
                        open_files: UInt(clamping: limits.openFiles ?? 0), guard: `guard`)
                    return ccommand_start(&command)
                }
            }
        }
        guard process > 0 else {
            if let directory, access(directory, X_OK) != 0 { throw CommandFailure("directory \(directory)", errno) }
            throw CommandFailure(String(decoding: path, as: UTF8.self), -process)
        }
        return process
    }
}
