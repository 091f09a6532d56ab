import CommandLineSupport
import UnixSignals

/// The wish that the program end: the first SIGTERM or SIGINT asks for an orderly end, the second ends it at once.
struct EndSignals: Sendable {
    private let orderly: AsyncStream<UnixSignal>

    /// Traps the signals from now on; `program` is named when the second one ends it.
    init(program: String) async {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let (orderly, continuation) = AsyncStream.makeStream(of: UnixSignal.self)
        self.orderly = orderly
        Task {
            // One loop for both: the sequence can be iterated only once.
            var isFirst = true
            for await signal in signals {
                guard isFirst else {
                    StandardStreams.printErrorLine("\(program): ended before everything was answered")
                    CommandLineProgram.exitNow(CommandLineProgram.failureStatus)
                }
                isFirst = false
                continuation.yield(signal)
                continuation.finish()
            }
        }
    }

    /// Waits for the first signal; nil when the task is cancelled before it comes.
    func first() async -> UnixSignal? {
        for await signal in orderly { return signal }
        return nil
    }
}
