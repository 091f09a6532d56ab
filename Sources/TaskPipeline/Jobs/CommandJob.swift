@preconcurrency import Glibc

/// A shell command that is run for each task: the task on standard input, with a newline, and as `{}`; what it writes to
/// standard output is the result.
///
/// The command's standard error is the worker's. It runs in a process group of its own, so that a Ctrl-C that is meant
/// for the worker lets it finish.
public struct CommandJob: Job {
    private let script: ShellScript

    /// The job of running a script.
    public init(_ script: ShellScript) {
        self.script = script
    }

    /// Runs the command and waits for its end. A status above 128 is a signal's number and 128.
    public func run(_ task: ArraySlice<UInt8>) -> JobOutcome {
        if script.takesArgument, task.contains(0) {
            return JobOutcome(
                status: 126, complaint: "a zero byte cannot be in {}; let the command read standard input instead")
        }
        do throws(CommandFailure) {
            let input = try CommandFiles.file(Array(task) + [UInt8(ascii: "\n")])
            defer { close(input) }
            return try run(task, input: input)
        } catch {
            return JobOutcome(status: 126, complaint: error.description)
        }
    }

    private func run(_ task: ArraySlice<UInt8>, input: Int32) throws(CommandFailure) -> JobOutcome {
        let pipe = try CommandFiles.pipe()
        let process: pid_t
        do throws(CommandFailure) {
            process = try start(task, input: input, output: pipe.write)
        } catch {
            close(pipe.read)
            close(pipe.write)
            throw error
        }
        close(pipe.write)
        let output = readAll(pipe.read)
        close(pipe.read)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        RunningCommands.remove(process)
        let signal = status & 0x7F
        return JobOutcome(status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, output: output[...])
    }

    private func start(_ task: ArraySlice<UInt8>, input: Int32, output: Int32) throws(CommandFailure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)

        // What this process blocks and ignores must not be inherited: its threads take no signals, and a command that
        // writes into a closed pipe is to end.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var every = sigset_t()
        sigfillset(&every)
        posix_spawnattr_setsigdefault(&attributes, &every)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        var words = ["sh", "-c", script.text, "sh"].map { Array($0.utf8) }
        if script.takesArgument { words.append(Array(task)) }
        let arguments = words.map { word in
            (word + [0]).withUnsafeBytes { bytes in
                bytes.bindMemory(to: CChar.self).baseAddress.flatMap { strdup($0) }
            }
        }
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let code = CommandFiles.whileNoneIsOpened {
            posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments + [nil], environ)
        }
        guard code == 0 else {
            throw code == E2BIG
                ? CommandFailure("its \(task.count) bytes are too long for {}; let the command read standard input", 0)
                : CommandFailure("/bin/sh", code)
        }
        RunningCommands.insert(process)
        return process
    }

    private func readAll(_ descriptor: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }
}
