import ArgumentParser
import Glibc
import UnixSignals

extension Pipeline {
    /// The exit status of what was interrupted before its end.
    static func status(of signal: UnixSignal?) -> Int32 {
        signal == .sigterm ? 128 + SIGTERM : interruptedStatus
    }
}
