import CommandExecution
import Glibc
import SwiftZMQ
import Synchronization
import SystemSupport

/// Runs a command for updates, several at once if it is to.
///
/// With one at a time, the command writes to standard output and standard error itself. With several, what each has written to
/// standard output follows when it has ended, and lines of standard error come whole, so that their lines do not mix.
public final class CommandRunner: Sendable {
    /// What has been done.
    public struct Counts: Sendable {
        /// The commands that have ended.
        public var ended = 0
        /// Those among them that could not be started, or ended with another status than 0.
        public var failed = 0
    }

    private let command: UpdateCommand
    private let jobs: Int
    private let complain: @Sendable (String) -> Void
    private let environment = CommandEnvironment(without: ["TOPIC", "PAYLOAD"])
    private let progress = Mutex(Counts())
    private let output = Mutex(())

    /// - Parameters:
    ///   - jobs: how many commands run at once, at least 1.
    ///   - complain: is told of each command that fails.
    public init(_ command: UpdateCommand, jobs: Int, complain: @escaping @Sendable (String) -> Void) {
        self.command = command
        self.jobs = jobs
        self.complain = complain
    }

    /// What has been done so far.
    public var counts: Counts { progress.withLock { $0 } }

    /// Runs the command for each update that a closure gives, until that gives none; returns when all have ended.
    ///
    /// - Parameter next: is asked when a command can be started.
    public func run(_ next: () async throws -> Update?) async throws {
        let (places, place) = AsyncStream.makeStream(of: Void.self)
        for _ in 0..<jobs { place.yield() }
        var free = places.makeAsyncIterator()
        try await withThrowingDiscardingTaskGroup { group in
            // Without a place where the task is cancelled.
            while await free.next() != nil, let update = try await next() {
                group.addTask { [self] in
                    await withCheckedContinuation { continuation in
                        let work: @Sendable () -> Void = { [self] in
                            run(for: update)
                            continuation.resume()
                        }
                        do {
                            try DetachedThread.start(name: "command", work)
                        } catch {
                            end(of: update, with: "\(error)")
                            continuation.resume()
                        }
                    }
                    place.yield()
                }
            }
        }
    }

    private func run(for update: Update) {
        let (topic, payload) = ([UInt8](update.topic), [UInt8](update.payload))
        do {
            let command = Command(
                try command.words(topic: topic, payload: payload),
                variables: command.variables(topic: topic, payload: payload), in: environment)
            let input = try NamelessFile(holding: payload[...], for: "the payload")
            let result: CommandResult
            if jobs == 1 {
                result = try run(command, for: update, input: input, .passed(output: STDOUT_FILENO))
            } else {
                let file = try NamelessFile(onDiskFor: "output")
                let streams = CommandStreams.passed(output: file.descriptor, errors: .standardError)
                result = try run(command, for: update, input: input, streams)
                let code = output.withLock { _ in file.copy(to: STDOUT_FILENO) }
                if code != 0 { throw CommandFailure("standard output", code) }
            }
            switch result.ending {
            case .exited(let status) where status != 0: end(of: update, with: "it ended with status \(status)")
            case .signalled(let number): end(of: update, with: "it was ended by signal \(number)")
            default: end(of: update, with: nil)
            }
        } catch {
            end(of: update, with: "\(error)")
        }
    }

    private func run(
        _ command: Command, for update: Update, input: borrowing NamelessFile, _ streams: CommandStreams
    ) throws -> CommandResult {
        try command.run(input: input, streams) { signal, process in
            complain(
                "the command for topic '\(String(update.topic))' has been stopped by signal \(signal); "
                    + "kill -CONT \(process) lets it go on")
        }
    }

    private func end(of update: Update, with complaint: String?) {
        progress.withLock { counts in
            counts.ended += 1
            if complaint != nil { counts.failed += 1 }
        }
        if let complaint { complain("the command for topic '\(String(update.topic))' failed: \(complaint)") }
    }
}
