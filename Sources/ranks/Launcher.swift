import ArgumentParser
import CommandExecution
import CommandLineSupport
import Foundation
import Glibc
import SwiftZMQ
import SystemSupport

/// Starts the processes of a world, joins what they write, and ends them.
struct Launcher: Sendable {
    let words: [[UInt8]]
    /// The host of each rank; `localhost` for this machine.
    let places: [String]
    var remoteShell: [[UInt8]] = [Array("ssh".utf8)]
    var remoteRanks: [UInt8]?
    /// Whether the others go on when one fails.
    var keepsGoing = false
    /// Whether each line of output says which rank wrote it.
    var showsRanks = false

    /// How a process ended, or why it was not started.
    private enum Report: Sendable {
        case ended(rank: Int, status: Int32)
        case failed(rank: Int, reason: String)
        case signal(Int32)
        /// Standard output does not take what the processes write.
        case notWritten(Int32)
    }

    /// How long processes have after SIGTERM before SIGKILL: all is over within five seconds.
    private static let patience = Duration.milliseconds(4500)

    /// Runs them to their end, and exits with the status of the first that failed.
    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        // For two pipes to each process, and for those: each may be connected to each other.
        OpenFiles.raiseLimit()
        let signals = await EndSignals(program: "ranks", loss: "ended before all processes were", hangups: true)
        let (reports, report) = AsyncStream.makeStream(of: Report.self)
        Task {
            if let signal = await signals.first() { report.yield(.signal(SignalStatus.interrupted(by: signal) - 128)) }
        }
        let keys = CurveCertificate(try .generate())
        let keyText = try keys.text
        let keyFile = try KeyFile(keyText)
        let keyPath = keyFile.path
        let isLocal = places.allSatisfy { $0 == "localhost" }
        let port = try ReservedPort(isLoopback: isLocal)
        let rendezvous = try await rendezvous(here: port.number)
        let output = JoinedOutput(STDOUT_FILENO) { report.yield(.notWritten($0)) }
        let errors = JoinedOutput(STDERR_FILENO)
        let environment = CommandEnvironment(without: NodeJob.names)
        for (rank, place) in places.enumerated() {
            let job = NodeJob(
                rank: rank, size: places.count, rendezvous: rendezvous, keys: keyText,
                folder: FileManager.default.currentDirectoryPath, words: words)
            let prefix = showsRanks ? "[\(rank)] " : ""
            let streams = CommandStreams.lines(
                output: output.lines(prefix: prefix), errors: errors.lines(prefix: prefix))
            try DetachedThread.start(name: "rank \(rank)") {
                report.yield(Self.run(job, shell(for: place), keyPath, environment, streams))
            }
        }
        let status = await end(reports)
        // Kept until nobody needs them any more.
        withExtendedLifetime(keyPath) {}
        _ = consume keyFile
        _ = consume port
        throw ExitCode(status)
    }

    /// Waits for the end of all, or of the first that fails, and ends the others; the exit status.
    private func end(_ reports: AsyncStream<Report>) async -> Int32 {
        var running = places.count
        var status: Int32 = 0
        for await report in reports {
            switch report {
            case .signal(let number):
                RunningCommands.endAll(number, within: Self.patience)
                return 128 + number
            case .notWritten(let code):
                // Whoever read it has seen enough, or the disk is full.
                if code != EPIPE {
                    StandardStreams.printErrorLine("ranks: standard output: \(String(cString: strerror(code)))")
                    status = status == 0 ? 1 : status
                }
                RunningCommands.endAll(SIGTERM, within: Self.patience)
                return status
            case .ended(_, 0): running -= 1
            case .ended(let rank, let code):
                running -= 1
                if status == 0 || keepsGoing {
                    StandardStreams.printErrorLine("ranks: \(name(rank)) \(Self.text(of: code))")
                }
                status = status == 0 ? code : status
            case .failed(let rank, let reason):
                running -= 1
                StandardStreams.printErrorLine("ranks: \(name(rank)) was not started: \(reason)")
                status = status == 0 ? 127 : status
            }
            if running == 0 { return status }
            if status != 0, !keepsGoing {
                RunningCommands.endAll(SIGTERM, within: Self.patience)
                return status
            }
        }
        return status
    }

    private func name(_ rank: Int) -> String {
        let place = places[rank] == "localhost" ? "" : " on \(places[rank])"
        return "rank \(rank)\(place) (\(String(decoding: words.first ?? [], as: UTF8.self)))"
    }

    private static func text(of status: Int32) -> String {
        // Above them are no signals, but statuses that programs have of their own: 255 is that of ssh which reaches nobody.
        guard (129...128 + SIGSYS).contains(status), let name = strsignal(status - 128) else {
            return "failed with status \(status)"
        }
        return "failed with status \(status), as after signal \(status - 128) (\(String(cString: name)))"
    }

    /// Runs a process, and waits for its end.
    private static func run(
        _ job: NodeJob, _ shell: [[UInt8]]?, _ keyPath: String, _ environment: CommandEnvironment,
        _ streams: CommandStreams
    ) -> Report {
        do {
            let result: CommandResult
            if let shell {
                let input = try NamelessFile(holding: ArraySlice(JSONEncoder().encode(job)), for: "what is to be run")
                result = try Command(shell, variables: [], in: environment).run(input: input, streams) { _, _ in }
            } else {
                let input = try NamelessFile(holding: [], for: "no input")
                let command = Command(job.words, variables: job.variables(keyFile: keyPath), in: environment)
                result = try command.run(input: input, streams) { _, _ in }
            }
            guard let status = result.ending.status else { return .ended(rank: job.rank, status: 1) }
            return .ended(rank: job.rank, status: status)
        } catch {
            return .failed(rank: job.rank, reason: "\(error)")
        }
    }
}
