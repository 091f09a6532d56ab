import ArgumentParser
import CommandLineSupport
import SwiftZMQ
import SystemSupport
import TaskPipeline
import UnixSignals

/// The input of the classic chain: every line is sent, and that is all.
final class PlainFeed: Sendable {
    private let input: TaskInput
    private let producer: PlainProducer
    private let context: Context
    private let state = Locked((sent: 0 as UInt64, isStopped: false))

    init(input: TaskInput, producer: PlainProducer, context: Context) {
        self.input = input
        self.producer = producer
        self.context = context
    }

    /// How many tasks were sent.
    var sent: UInt64 { state.withLock { $0.sent } }

    /// Sends nothing more.
    func stop() {
        state.withLock { $0.isStopped = true }
    }

    /// Sends every line; returns what kept it from reading all.
    func send() async throws -> TaskInput.Failure? {
        do {
            _ = try await withTaskExecutorPreference(context.executor) {
                try await input.forEachChunk { [self] lines in
                    while let line = lines.next() {
                        guard !state.withLock({ $0.isStopped }) else { return false }
                        try await producer.send(line)
                        state.withLock { $0.sent += 1 }
                    }
                    return true
                }
            }
        } catch let failure as TaskInput.Failure {
            return failure
        }
        return nil
    }

    private enum Event: Sendable {
        case sent(TaskInput.Failure?)
        case failed(any Error)
        case left
        case signal(UnixSignal)
    }

    /// Sends every line and waits until all have left, or until a signal comes.
    func run(signals: EndSignals, progress: Progress, isQuiet: Bool) async throws {
        let (events, happened) = AsyncStream.makeStream(of: Event.self)
        let sending = Task {
            do { happened.yield(.sent(try await send())) } catch { happened.yield(.failed(error)) }
        }
        let listening = Task { if let signal = await signals.first() { happened.yield(.signal(signal)) } }
        let showing = Task { await progress.run { _ in "\(ProgressText.number(self.sent)) sent" } }
        defer { for task in [sending, listening, showing] { task.cancel() } }
        var failure: TaskInput.Failure?
        var signal: UnixSignal?
        loop: for await event in events {
            switch event {
            case .failed(let error): throw error
            case .sent(let unread):
                failure = unread
                try producer.close(linger: nil)
                // It waits for whoever takes them, which a signal does not.
                Task {
                    await context.shutdown()
                    happened.yield(.left)
                }
            case .left: break loop
            case .signal(let received):
                signal = received
                stop()
                sending.cancel()
                try? producer.close(linger: .seconds(1))
                break loop
            }
        }
        progress.clear()
        if let failure { progress.say("pipeline produce: \(failure)") }
        if !isQuiet || signal != nil {
            progress.say(
                "pipeline produce: \(ProgressText.count(sent, "task")) sent\(signal != nil ? ", then ended" : "")")
        }
        if let signal { throw ExitCode(SignalStatus.interrupted(by: signal)) }
        if failure != nil { throw ExitCode(CommandLineProgram.failureStatus) }
    }
}
