import Glibc
import SwiftZMQ
import Synchronization
import SystemSupport

/// Runs a command for updates, several at once if it is to.
///
/// With one at a time, the command writes to standard output itself. With several, what each has written follows when it
/// has ended, so that their lines do not mix.
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
    private let progress = Mutex(Counts())
    private let output = Mutex(())

    /// - Parameters:
    ///   - jobs: how many commands run at once, at least 1.
    ///   - complain: is told of each command that fails.
    public init(_ command: UpdateCommand, jobs: Int, complain: @escaping @Sendable (String) -> Void) {
        self.command = command
        self.jobs = jobs
        self.complain = complain
        // Whoever started this process may have had it ignored, and then no command's status could be learnt.
        signal(SIGCHLD, SIG_DFL)
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
            let words = try command.words(topic: topic, payload: payload)
            let variables = command.variables(topic: topic, payload: payload)
            let status: Int32
            if jobs == 1 {
                status = try CommandProcess.run(words, variables: variables, input: payload, output: STDOUT_FILENO)
            } else {
                let file = try NamelessFile()
                status = try CommandProcess.run(words, variables: variables, input: payload, output: file.descriptor)
                let code = output.withLock { _ in file.copy(to: STDOUT_FILENO) }
                if code != 0 { throw CommandProcess.Failure("standard output", code) }
            }
            end(of: update, with: status == 0 ? nil : "it ended with status \(status)")
        } catch {
            end(of: update, with: "\(error)")
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
