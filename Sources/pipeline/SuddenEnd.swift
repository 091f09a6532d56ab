import CommandExecution
import CommandLineSupport
import Glibc
import UnixSignals

/// The end of the terminal, and its key that quits: the program ends at once, and its commands with it.
enum SuddenEnd {
    /// Traps SIGHUP and SIGQUIT from now on; a SIGHUP that is ignored, as under `nohup`, stays so.
    static func arm() async {
        let signals = await UnixSignalsSequence(trapping: HangupSignals.isIgnored ? [.sigquit] : [.sighup, .sigquit])
        Task {
            for await signal in signals {
                RunningCommands.endAll(SIGTERM, within: .seconds(2))
                CommandLineProgram.exitNow(SignalStatus.interrupted(by: signal))
            }
        }
    }
}
