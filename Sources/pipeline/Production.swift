import ArgumentParser
import CommandLineSupport
import SwiftZMQ
import SystemSupport
import TaskPipeline
import UnixSignals

/// A producer with its input, its progress and its end, as `produce` and `run` have it.
final class Production: Sendable {
    let producer: Producer
    private let program: String
    private let input: TaskInput
    private let progress: Progress
    private let isQuiet: Bool
    private let endsWhatIsBegun: Bool
    private let executor: SocketExecutor
    /// Why reading stopped before the end of the input.
    private let inputFailure = Locked<TaskInput.Failure?>(nil)
    private let signal = Locked<UnixSignal?>(nil)

    init(
        program: String, _ context: Context, producer: Producer, input: TaskInput, progress: Progress, isQuiet: Bool,
        endsWhatIsBegun: Bool
    ) {
        executor = context.executor
        self.program = program
        self.producer = producer
        self.input = input
        self.progress = progress
        self.isQuiet = isQuiet
        self.endsWhatIsBegun = endsWhatIsBegun
    }

    /// Produces until everything is done, or what was under way when a signal came.
    func run(signals: EndSignals) async throws {
        let line = TaskProgress()
        producer.lookAtInput()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                // Read twice, as the end of a file tells how far it is, and whether it is another than it was.
                let whole = input.survey()
                producer.expect(whole)
                if let whole { line.setTotal(whole.count) }
                await progress.run { line.line(self.producer.status, width: $0) }
            }
            group.addTask { [self] in
                guard let received = await signals.first() else { return }
                signal.withLock { $0 = received }
                progress.say("\(program): ending; waiting for what workers have, a second Ctrl-C does not wait")
                producer.stop()
            }
            group.addTask { [self] in
                await producer.awaitHalt()
                guard !Task.isCancelled else { return }
                progress.say(
                    "\(program): too many tasks have failed; "
                        + (endsWhatIsBegun ? "what was begun is ended" : "waiting for what workers have"))
                if endsWhatIsBegun { producer.endWhatIsBegun() }
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

    private func feed() async throws {
        do {
            // On the thread that serves the sockets: whatever makes room is followed at once by what fills it.
            let isAtEnd = try await withTaskExecutorPreference(executor) {
                try await input.forEachChunk(header: { [self] in producer.setHeader($0) }) { [self] lines in
                    try await offer(&lines)
                }
            }
            // It was told to stop: what has been read is not the whole input, which a run that goes on would compare.
            guard isAtEnd else { return }
        } catch let failure as TaskInput.Failure {
            note(failure)
        } catch is CancellationError {
            return
        }
        producer.endInput()
        guard isInputRight() else { return }
        try producer.handOut()
    }

    /// Gives lines to the producer, waiting for room.
    ///
    /// - Returns: false when it takes no more.
    private nonisolated(nonsending) func offer(_ lines: inout TaskLines) async throws -> Bool {
        while true {
            producer.offer { lines.takeAll($0) }
            guard isInputRight() else { return false }
            try producer.handOut()
            guard !lines.isTaken else { return !producer.isStopped }
            if producer.isStopped { return false }
            await producer.roomChanged()
            try Task.checkCancellation()
        }
    }

    /// Stops when the input is not that of the run that is gone on with.
    private func isInputRight() -> Bool {
        guard producer.isInputTheSame == false else { return true }
        note(
            TaskInput.Failure(
                description: "\(input.name): its lines are not those of the run that is to be gone on with; "
                    + "give the same input, or leave --resume out and name another --output"))
        producer.stop()
        return false
    }

    private func note(_ failure: TaskInput.Failure) {
        let isFirst = inputFailure.withLock { known in
            defer { known = known ?? failure }
            return known == nil
        }
        if isFirst { progress.say("\(program): \(failure)") }
    }

    /// Says how it ended, and exits with what that means.
    func end() throws {
        let status = producer.status
        let isUnread = inputFailure.withLock { $0 != nil }
        if !isQuiet || status.isInterrupted || status.isHalted || status.failed > 0 {
            progress.say("\(program): \(summary(status))")
        }
        if let signal = signal.withLock({ $0 }), status.isInterrupted {
            throw ExitCode(SignalStatus.interrupted(by: signal))
        }
        if status.failed > 0 || isUnread || status.isHalted { throw ExitCode(CommandLineProgram.failureStatus) }
    }

    private func summary(_ status: ProducerStatus) -> String {
        let done = ProgressText.number(status.done)
        var text = "\(done) of \(ProgressText.count(status.read, "task")) done"
        if status.resumed > 0 { text += ", \(ProgressText.number(status.resumed)) of them before" }
        if status.failed > 0 { text += ", \(ProgressText.number(status.failed)) of them failed" }
        if status.lost > 0 { text += ", \(ProgressText.number(status.lost)) given up as workers died with them" }
        if status.resent > 0 { text += ", \(ProgressText.number(status.resent)) sent again" }
        if status.isInterrupted || status.isHalted {
            text = "ended before the end: \(text), \(ProgressText.number(status.read - status.done)) read and not done"
        }
        return text
    }
}
