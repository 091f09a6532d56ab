import Glibc
import SystemSupport

/// A thread that does something again and again, after equal pauses and at once when it is woken, whatever tasks and other
/// threads do meanwhile. It lives until it is stopped.
final class SteadyThread: Sendable {
    private let wake: WakeDescriptor
    private let isStopped = Locked(false)

    /// Starts it.
    ///
    /// - Parameters:
    ///   - name: the thread's name, of which at most 15 bytes are kept.
    ///   - pause: the time from one turn to the next, an hour at most.
    ///   - turn: what it does.
    init(name: String, every pause: Duration, _ turn: @escaping @Sendable () -> Void) throws(SystemError) {
        wake = try WakeDescriptor()
        let milliseconds = Int32(min(max((pause / .milliseconds(1)).rounded(.up), 1), 3_600_000))
        try DetachedThread.start(name: name) { [self] in run(milliseconds, turn) }
    }

    /// Has the next turn come at once.
    func wakeUp() { wake.signal() }

    /// Ends it, after the turn that it may be in.
    func stop() {
        isStopped.withLock { $0 = true }
        wake.signal()
    }

    private func run(_ milliseconds: Int32, _ turn: () -> Void) {
        while !isStopped.withLock({ $0 }) {
            turn()
            var descriptor = pollfd(fd: wake.number, events: Int16(POLLIN), revents: 0)
            // However the wait ends, by its time, a signal or a wake-up, the next turn may come.
            _ = poll(&descriptor, 1, milliseconds)
            if descriptor.revents != 0 { wake.clear() }
        }
    }
}
