import Glibc
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

    /// Whether whoever started the program has told it to ignore the signal, as `nohup` does. Asked before it is trapped.
    public static var isIgnored: Bool {
        var action = sigaction()
        // The C library's SIG_IGN is the number 1 in the place of a function.
        return sigaction(SIGHUP, nil, &action) == 0
            && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
