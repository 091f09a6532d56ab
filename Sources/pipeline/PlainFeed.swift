import ArgumentParser
import CommandLineSupport
import SwiftZMQ
import SystemSupport
import TaskPipeline

/// The input of the classic chain: every line is sent, and that is all.
final class PlainFeed: Sendable {
    private let input: TaskInput
    private let producer: PlainProducer
    private let context: Context
    private let sentCount = Locked(0 as UInt64)

    init(input: TaskInput, producer: PlainProducer, context: Context) {
        self.input = input
        self.producer = producer
        self.context = context
    }

    /// How many tasks were sent.
    var sent: UInt64 { sentCount.withLock { $0 } }

    /// Sends every line; returns what kept it from reading all.
    func send() async throws -> TaskInput.Failure? {
        do {
            try await withTaskExecutorPreference(context.executor) {
                try await input.forEachChunk { [self] lines in
                    for line in lines {
                        try await producer.send(line)
                        sentCount.withLock { $0 += 1 }
                    }
                    return true
                }
            }
        } catch let failure as TaskInput.Failure {
            return failure
        }
        return nil
    }

    /// Sends every line and waits until all have left, or until a signal comes.
    func run(signals: EndSignals, progress: Progress, isQuiet: Bool) async throws {
        var failure: TaskInput.Failure?
        var isInterrupted = false
        try await withThrowingTaskGroup(of: (isSignal: Bool, TaskInput.Failure?).self) { group in
            group.addTask { [self] in (false, try await send()) }
            group.addTask { (await signals.first() != nil, nil) }
            group.addTask { [self] in
                await progress.run { _ in "\(ProgressText.number(self.sent)) sent" }
                return (false, nil)
            }
            defer { group.cancelAll() }
            if let first = try await group.next() { (isInterrupted, failure) = first }
        }
        try producer.close(linger: isInterrupted ? .seconds(1) : nil)
        await context.shutdown()
        if let failure { progress.say("pipeline produce: \(failure)") }
        if !isQuiet || isInterrupted {
            progress.say(
                "pipeline produce: \(ProgressText.count(sent, "task")) sent\(isInterrupted ? ", then ended" : "")")
        }
        if isInterrupted { throw ExitCode(Pipeline.interruptedStatus) }
        if failure != nil { throw ExitCode(CommandLineProgram.failureStatus) }
    }
}
