import Glibc

/// How the system shares the processor among the threads of a program.
public enum ThreadScheduling {
    // `SCHED_BATCH`, which the C library's headers keep from programs that do not ask for GNU extensions.
    private static let batch: CInt = 3

    /// Lets the calling thread, and every thread that is started after it, finish what it is at before a thread that
    /// it has woken takes its place (`SCHED_BATCH`, see `sched(7)`).
    ///
    /// For a program whose threads hand work to each other: woken for the first piece, the next thread would otherwise
    /// interrupt the one that is about to hand over a dozen more. Towards other programs the threads keep their share
    /// of the processor. Needs no privilege; where the system has no such policy, or the program was given another than
    /// the usual one, as by `chrt(1)`, nothing changes.
    public static func favourThroughput() {
        guard sched_getscheduler(0) == SCHED_OTHER else { return }
        var parameters = sched_param()
        // Refused by a sandbox, or unknown to the system: the program works as well, only not as fast.
        _ = sched_setscheduler(0, batch, &parameters)
    }
}
