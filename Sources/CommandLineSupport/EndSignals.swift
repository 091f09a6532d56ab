public import UnixSignals

/// The wish that the program end: the first SIGTERM or SIGINT asks for an orderly end, the second ends it at once.
public struct EndSignals: Sendable {
    private let orderly: AsyncStream<UnixSignal>

    /// Traps the signals from now on.
    ///
    /// - Parameters:
    ///   - program: the name that stands before the line about a forced end.
    ///   - loss: what a second signal cuts short, as the line says it.
    ///   - status: the exit status of a forced end.
    public init(
        program: String, loss: String = "ended before everything was answered",
        forcedStatus status: Int32 = CommandLineProgram.failureStatus
    ) async {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let (orderly, continuation) = AsyncStream.makeStream(of: UnixSignal.self)
        self.orderly = orderly
        Task {
            // One loop for both: the sequence can be iterated only once.
            var isFirst = true
            for await signal in signals {
                guard isFirst else {
                    StandardStreams.printErrorLine("\(program): \(loss)")
                    CommandLineProgram.exitNow(status)
                }
                isFirst = false
                continuation.yield(signal)
                continuation.finish()
            }
        }
    }

    /// Waits for the first signal; nil when the task is cancelled before it comes.
    public func first() async -> UnixSignal? {
        for await signal in orderly { return signal }
        return nil
    }
}
