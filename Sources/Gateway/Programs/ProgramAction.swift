/// What ``ProgramSupervision`` wants done, in this order.
package enum ProgramAction: Sendable, Hashable {
    /// Start a process.
    case start(ProgramProcess, ProgramConfiguration, instance: Int)
    /// Give its workers no further requests, and say when they have finished what they have.
    case retire(ProgramProcess)
    /// Say DISCONNECT to its workers, and let no others connect.
    case release(ProgramProcess)
    /// It has ended: so have its workers, and its endpoint is closed.
    case forget(ProgramProcess)
    /// Ask its group to end: SIGTERM.
    case terminate(ProgramProcess, process: Int32)
    /// End its group: SIGKILL.
    case kill(ProgramProcess, process: Int32)
    /// Log something.
    case report(ProgramReport)
}

/// A process that was started, by a number of the gateway's own that never comes back.
package struct ProgramProcess: Sendable, Hashable {
    package let number: Int

    package init(_ number: Int) {
        self.number = number
    }
}

/// Why a process is replaced by another.
package enum ReplacementReason: Sendable, Hashable {
    /// Somebody asked for it.
    case asked
    /// A file that is watched changed.
    case fileChanged
    /// The configuration is another.
    case reconfigured
    /// It has served as many requests as it is to.
    case requests
    /// It has grown as large as it may, in bytes.
    case memory(Int)

    /// Whether it is given up when the new process does not come up: whoever asked can ask again.
    var isGivenUp: Bool { self == .asked || self == .fileChanged }
}

/// Something that happened to a program and belongs into the log.
package enum ProgramReport: Sendable, Hashable {
    case started(String, instance: Int, process: Int32)
    /// Its first worker has registered; or none has for as long as one is waited for.
    case up(String, instance: Int, process: Int32, hasWorker: Bool)
    /// None of its workers has registered so far, and the process whose place it is to take serves on.
    case late(String, instance: Int, process: Int32)
    /// It ended although nobody wanted it to, and is started again after a time; nil where it is not.
    case ended(String, instance: Int, process: Int32?, ending: String, pause: Duration?)
    /// It ends at once again and again; said once.
    case keepsEnding(String, instance: Int)
    /// It has run for long enough after that.
    case recovered(String, instance: Int)
    /// One process after another is too large soon after its start.
    case keepsGrowing(String, instance: Int)
    case replaced(String, instance: Int, ReplacementReason)
    /// The new process ended before it came up, or did not come up for very long, so that the old one stays.
    case replacementFailed(String, instance: Int, ReplacementReason)
    /// It ended as it was told to.
    case left(String, instance: Int, process: Int32?)
    /// It did not end when it was told to.
    case killed(String, instance: Int, process: Int32)
}
