import ArgumentParser
import CommandExecution
import CommandLineSupport
import Foundation
import Glibc
import MessagePassing
import SystemSupport

/// `ranks node`: starts one process on another host, for `ranks run`, which tells by standard input what.
struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node", abstract: "Start a process for 'ranks run' on another host.", shouldDisplay: false)

    @Flag(help: "Only print a port that is free.")
    var freePort = false

    func run() async throws {
        guard !freePort else {
            print(try ReservedPort(isLoopback: false).number)
            return
        }
        let job = try JSONDecoder().decode(NodeJob.self, from: FileHandle.standardInput.readToEnd() ?? Data())
        // Where that folder is not there, the program runs where the remote shell begins.
        _ = chdir(job.folder)
        signal(SIGPIPE, SIG_IGN)
        OpenFiles.raiseLimit()
        try Self.endWithOutput()
        let signals = await EndSignals(program: "ranks", hangups: true)
        Task {
            guard let signal = await signals.first() else { return }
            RunningCommands.endAll(SignalStatus.interrupted(by: signal) - 128, within: .seconds(4))
            CommandLineProgram.exitNow(SignalStatus.interrupted(by: signal))
        }
        let keyFile = try KeyFile(job.keys)
        let keyPath = keyFile.path
        let command = Command(
            job.words, variables: job.variables(keyFile: keyPath), in: CommandEnvironment(without: NodeJob.names))
        let output = JoinedOutput(STDOUT_FILENO).lines(prefix: "")
        let errors = JoinedOutput(STDERR_FILENO).lines(prefix: "")
        let result = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let input = try NamelessFile(holding: [], for: "no input")
                        return try command.run(input: input, .lines(output: output, errors: errors)) { _, _ in }
                    })
            }
        }
        _ = consume keyFile
        guard let status = result.ending.status else { throw ExitCode(1) }
        throw ExitCode(status)
    }

    /// Ends the process when nobody reads what it writes any more: then whoever started it is gone.
    private static func endWithOutput() throws {
        try DetachedThread.start(name: "launcher-watch") {
            var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
            while poll(&output, 1, -1) < 0, errno == EINTR {}
            RunningCommands.endAll(SIGTERM, within: .seconds(2))
            CommandLineProgram.exitNow(1)
        }
    }
}
