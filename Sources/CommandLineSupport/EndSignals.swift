import Synchronization
public import UnixSignals

/// The wish that the program end: the first SIGTERM or SIGINT asks for an orderly end, the second ends it at once.
public struct EndSignals: Sendable {
    /// The first signal, once it has come, and those who wait for it until then.
    private struct State {
        var signal: UnixSignal?
        var waiting: [Int: CheckedContinuation<UnixSignal?, Never>] = [:]
        var lastWaiter = 0
    }

    private final class Latch: Sendable {
        let state = Mutex(State())
    }

    private let latch = Latch()

    /// Traps the signals from now on.
    ///
    /// - Parameters:
    ///   - program: the name that stands before the line about a forced end.
    ///   - loss: what a second signal cuts short, as the line says it.
    ///   - status: the exit status of a forced end; nil, the default, for that of the second signal: 130 for SIGINT, 143 for
    ///     SIGTERM.
    ///   - hangups: whether the end of the terminal (SIGHUP) and its key that quits (SIGQUIT) ask for an orderly end, too.
    ///     A hangup that whoever started the program has told it to ignore, as `nohup` does, stays ignored.
    public init(
        program: String, loss: String = "ended before everything was answered",
        forcedStatus status: Int32? = nil, hangups: Bool = false
    ) async {
        var trapped: [UnixSignal] = [.sigterm, .sigint]
        if hangups { trapped += HangupSignals.isIgnored ? [.sigquit] : [.sighup, .sigquit] }
        let signals = await UnixSignalsSequence(trapping: trapped)
        Task { [latch] in
            // One loop for both: the sequence can be iterated only once.
            var isFirst = true
            for await signal in signals {
                guard isFirst else {
                    StandardStreams.printErrorLine("\(program): \(loss)")
                    CommandLineProgram.exitNow(status ?? SignalStatus.interrupted(by: signal))
                }
                isFirst = false
                let waiting = latch.state.withLock { state in
                    state.signal = signal
                    defer { state.waiting = [:] }
                    return state.waiting
                }
                for waiter in waiting.values { waiter.resume(returning: signal) }
            }
        }
    }

    /// The first signal, if it has come.
    public var received: UnixSignal? { latch.state.withLock(\.signal) }

    /// Whether the first signal says that the terminal has gone.
    public var isHangup: Bool { received == .sighup }

    /// Waits for the first signal, which may have come already; nil when the task is cancelled before it comes.
    ///
    /// Any number of tasks may wait, at the same time or one after another.
    public func first() async -> UnixSignal? {
        let number = latch.state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // Cancelled before this: the handler has found nobody. Cancelled after it: the handler finds the waiter.
                let answer: UnixSignal?? = latch.state.withLock { state in
                    if let signal = state.signal { return .some(signal) }
                    if Task.isCancelled { return .some(nil) }
                    state.waiting[number] = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            latch.state.withLock { $0.waiting.removeValue(forKey: number) }?.resume(returning: nil)
        }
    }
}
