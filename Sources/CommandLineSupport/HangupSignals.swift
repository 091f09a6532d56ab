import UnixSignals

/// The wish that the program read its configuration again: SIGHUP, which would end it otherwise.
public struct HangupSignals: Sendable {
    private let signals: UnixSignalsSequence

    /// Traps the signal from now on.
    public init() async {
        signals = await UnixSignalsSequence(trapping: .sighup)
    }

    /// Runs a closure for each signal, one after another, until the task is cancelled.
    ///
    /// Signals that come while it runs are answered with one more run at least.
    public func forEach(_ body: () async -> Void) async {
        for await _ in signals { await body() }
    }
}
