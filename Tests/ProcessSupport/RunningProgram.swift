package import Foundation
import Glibc

/// A process that a test has started, and that does not outlive the test.
package final class RunningProgram: Sendable {
    /// How a process ended.
    package enum Ending: Equatable {
        case exited(Int32)
        case signalled(Int32)
    }

    /// A process that could not be started.
    package struct NotStarted: Error, CustomStringConvertible {
        package let description: String
    }

    private enum Life: Equatable {
        case running
        case ended(Ending)
    }

    package let output: OutputLines
    package let errors: OutputLines
    package let processID: pid_t
    private let input: Int32
    private let life = Watched(Life.running)

    /// The folder where the package's products are built, and the test program with them.
    package static var productFolder: URL {
        URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    }

    /// Starts an executable of this package.
    package static func product(_ name: String, _ arguments: [String]) throws -> RunningProgram {
        try RunningProgram(productFolder.appending(path: name).path(), arguments)
    }

    /// Runs Python, which `make test` installs where it is missing.
    package static func python(_ arguments: [String]) async throws -> RunningProgram {
        try RunningProgram(await interpreter.value, ["-u"] + arguments)
    }

    /// Whether Python finds a module.
    package static func hasPythonModule(_ name: String) async -> Bool {
        guard let program = try? await python(["-c", "import \(name)"]) else { return false }
        return (try? await program.ending()) == .exited(0)
    }

    /// The interpreter that ``python(_:)`` runs.
    package static var pythonPath: String { get async throws { try await interpreter.value } }

    private static let interpreter = Task {
        let search = try RunningProgram("/bin/sh", [PackageFolder.path("Scripts/find-python")])
        guard try await search.ending() == .exited(0), let path = try await search.output.all().first else {
            throw NotStarted(description: try await search.errors.all().joined(separator: "\n"))
        }
        return path
    }

    /// `posix_spawn_file_actions_addclosefrom_np`, which glibc has and its module for Swift has not.
    private static let addCloseFrom = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map {
        unsafeBitCast(
            $0, to: (@convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32).self)
    }

    /// Starts an executable.
    package init(_ executable: String, _ arguments: [String]) throws {
        // Sockets rather than pipes: writing to a process that is gone raises no signal.
        var inputs: [Int32] = [-1, -1]
        var outputs: [Int32] = [-1, -1]
        var errors: [Int32] = [-1, -1]
        // Close-on-exec, so that no other process started meanwhile holds these ends open.
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &inputs) == 0, socketpair(AF_UNIX, kind, 0, &outputs) == 0,
            socketpair(AF_UNIX, kind, 0, &errors) == 0
        else { throw NotStarted(description: "no descriptors for \(executable): errno \(errno)") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, inputs[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, outputs[1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors[1], STDERR_FILENO)
        // Not every library has its sockets closed on exec, and a connection that a program inherits from a test that runs
        // beside stays open when that test closes it.
        _ = Self.addCloseFrom?(&actions, STDERR_FILENO + 1)

        // The threads that tests run on block most signals, and a program would begin with the same ones blocked.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var words = ([executable] + arguments).map { strdup($0) } + [nil]
        var environment = ProcessInfo.processInfo.environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in words + environment { free(word) } }
        var processID: pid_t = 0
        let status = posix_spawn(&processID, executable, &actions, &attributes, &words, &environment)
        close(inputs[0])
        close(outputs[1])
        close(errors[1])
        self.output = OutputLines(outputs[0])
        self.errors = OutputLines(errors[0])
        self.processID = processID
        input = inputs[1]
        guard status == 0 else {
            life.change { $0 = .ended(.exited(-1)) }
            throw NotStarted(description: "\(executable) cannot be started: \(String(cString: strerror(status)))")
        }
        awaitEnd()
    }

    deinit {
        signal(SIGKILL)
        close(input)
    }

    /// Waits for the end of the process.
    package func ending() async throws -> Ending {
        try await life.wait { if case .ended(let ending) = $0 { ending } else { nil } }
    }

    /// Sends a signal, if the process is still there to get it.
    package func signal(_ number: Int32) {
        // Under the lock: the process is not reaped meanwhile, so its id is no other's.
        life.change { if $0 == .running { kill(processID, number) } }
    }

    /// Writes a line to the standard input of the process.
    package func enter(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        send(input, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Ends the standard input of the process.
    package func endInput() {
        shutdown(input, Int32(SHUT_WR))
    }

    private func awaitEnd() {
        let (processID, life) = (processID, life)
        Thread.detachNewThread {
            var information = siginfo_t()
            while waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            life.change { life in
                var status: Int32 = 0
                waitpid(processID, &status, 0)
                let signal = status & 0x7F
                life = .ended(signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal))
            }
        }
    }
}
