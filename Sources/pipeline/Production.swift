import ArgumentParser
import CommandLineSupport
import SwiftZMQ
import SystemSupport
import TaskPipeline

/// A producer with its input, its progress and its end, as `produce` and `run` have it.
final class Production: Sendable {
    let producer: Producer
    private let program: String
    private let input: TaskInput
    private let progress: Progress
    private let isQuiet: Bool
    private let executor: SocketExecutor
    /// Why reading stopped before the end of the input.
    private let inputFailure = Locked<TaskInput.Failure?>(nil)

    init(
        program: String, _ context: Context, producer: Producer, input: TaskInput, progress: Progress, isQuiet: Bool
    ) {
        executor = context.executor
        self.program = program
        self.producer = producer
        self.input = input
        self.progress = progress
        self.isQuiet = isQuiet
    }

    /// Produces until everything is done, or what was under way when a signal came.
    func run(signals: EndSignals) async throws {
        let line = TaskProgress()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                // Read twice, as the end of a file tells how far it is.
                line.setTotal(input.countLines())
                await progress.run { line.line(self.producer.status, width: $0) }
            }
            group.addTask { [self] in
                guard await signals.first() != nil else { return }
                progress.say("\(program): ending; waiting for what workers have, a second Ctrl-C does not wait")
                producer.stop()
            }
            group.addTask { [self] in
                try await feed()
                line.setTotal(producer.status.read)
            }
            defer { group.cancelAll() }
            try await withThrowingTaskGroup(of: Void.self) { producing in
                producing.addTask { [self] in try await producer.run() }
                try await producing.waitForAll()
            }
        }
        progress.clear()
    }

    /// The tasks that were read and are not done.
    private func feed() async throws {
        do {
            // On the thread that serves the sockets: whatever makes room is followed at once by what fills it.
            try await withTaskExecutorPreference(executor) {
                try await input.forEachChunk { [self] lines in try await offer(lines) }
            }
        } catch let failure as TaskInput.Failure {
            progress.say("\(program): \(failure)")
            inputFailure.withLock { $0 = failure }
        } catch is CancellationError {
            return
        }
        try producer.handOut()
        producer.endInput()
    }

    /// Gives lines to the producer, waiting for room.
    ///
    /// - Returns: false when it takes no more.
    private nonisolated(nonsending) func offer(_ lines: ArraySlice<ArraySlice<UInt8>>) async throws -> Bool {
        var rest = lines
        while true {
            rest = producer.offer(rest)
            try producer.handOut()
            guard !rest.isEmpty else { return !producer.isStopped }
            if producer.isStopped { return false }
            await producer.roomChanged()
            try Task.checkCancellation()
        }
    }

    /// Says how it ended, and exits with what that means.
    func end() throws {
        let status = producer.status
        let isUnread = inputFailure.withLock { $0 != nil }
        if !isQuiet || status.isInterrupted || status.failed > 0 {
            progress.say("\(program): \(summary(status))")
        }
        if status.isInterrupted { throw ExitCode(Pipeline.interruptedStatus) }
        if status.failed > 0 || isUnread { throw ExitCode(CommandLineProgram.failureStatus) }
    }

    private func summary(_ status: ProducerStatus) -> String {
        let done = ProgressText.number(status.done)
        var text = "\(done) of \(ProgressText.count(status.read, "task")) done"
        if status.failed > 0 { text += ", \(ProgressText.number(status.failed)) of them failed" }
        if status.resent > 0 { text += ", \(ProgressText.number(status.resent)) sent again" }
        if status.isInterrupted {
            text = "ended before the end: \(text), \(ProgressText.number(status.read - status.done)) read and not done"
        }
        return text
    }
}
