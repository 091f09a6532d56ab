import CommandLineSupport
import Glibc
import TaskPipeline
import UnixSignals

/// The end of the terminal, and its key that quits: the program ends at once, and its commands with it.
enum SuddenEnd {
    /// Traps SIGHUP and SIGQUIT from now on; a SIGHUP that is ignored, as under `nohup`, stays so.
    static func arm() async {
        let signals = await UnixSignalsSequence(trapping: isHangupIgnored ? [.sigquit] : [.sighup, .sigquit])
        Task {
            for await signal in signals {
                RunningCommands.endAll(SIGTERM, within: .seconds(2))
                CommandLineProgram.exitNow(signal == .sighup ? 128 + SIGHUP : 128 + SIGQUIT)
            }
        }
    }

    private static var isHangupIgnored: Bool {
        var action = sigaction()
        guard sigaction(SIGHUP, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
