import ArgumentParser
import CommandLineSupport

extension EndSignals {
    /// Ends what serves until it is told, with the status of whatever told it; returns where nothing did.
    func exitAsTold() throws {
        guard let signal = received else { return }
        let status = SignalStatus.told(by: signal)
        if status != 0 { throw ExitCode(status) }
    }

    /// Ends what was interrupted before its end, with the signal's status; returns where no signal has come.
    func exitAsInterrupted() throws {
        if let signal = received { throw ExitCode(SignalStatus.interrupted(by: signal)) }
    }
}
