public import UnixSignals

/// With what status a program ends that a signal has ended.
public enum SignalStatus {
    /// 128 and the signal's number, as a shell says it: 130 for SIGINT, 143 for SIGTERM.
    public static func interrupted(by signal: UnixSignal) -> Int32 {
        switch signal {
        case .sigint: 130
        case .sigterm: 143
        case .sighup: 129
        case .sigquit: 131
        default: CommandLineProgram.failureStatus
        }
    }

    /// For what serves until it is told to end: 0 for SIGINT and SIGTERM, which tell it, and else as one interrupted.
    public static func told(by signal: UnixSignal) -> Int32 {
        signal == .sigint || signal == .sigterm ? 0 : interrupted(by: signal)
    }
}
