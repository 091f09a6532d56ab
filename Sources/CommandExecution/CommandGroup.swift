import CCommandExecution
import Glibc

/// The process group of a command, by the number of the command's own process.
package enum CommandGroup {
    /// Sends a signal to all processes of a group, also to those that have been stopped.
    package static func signal(_ group: Int32, _ number: Int32) {
        kill(-group, number)
        kill(-group, SIGCONT)
    }

    /// Ends what a command that has ended has left of its group: SIGTERM, and SIGKILL for those that are still there after a
    /// time. Returns when they have ended, or have been killed.
    ///
    /// - Parameter wasTold: whether the group has had its SIGTERM; many programs take a second one for an order to end at
    ///   once.
    package static func endRest(of group: Int32, within patience: Duration, wasTold: Bool) {
        defer {
            reap(group)
            RunningCommands.forgetWhatIsGone()
        }
        guard isRunning(group) else { return }
        if !wasTold { signal(group, SIGTERM) }
        guard !awaitEnd(of: group, until: ContinuousClock.now + patience) else { return }
        kill(-group, SIGKILL)
        // The system lets no SIGKILL go unheard, but needs a moment.
        _ = awaitEnd(of: group, until: ContinuousClock.now + .milliseconds(500))
    }

    /// Waits until no process of a group runs.
    ///
    /// - Returns: false when one still does at a moment.
    static func awaitEnd(of group: Int32, until deadline: ContinuousClock.Instant) -> Bool {
        while let process = runningProcess(of: group) {
            let rest = (deadline - .now) / .milliseconds(1)
            guard rest > 0 else { return false }
            // Of one at a time: most have ended by when it is their turn. Where the system has no such descriptor, or no more
            // of them, the group is looked at again soon.
            let end = ccommand_open_process(process)
            var wait = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
            poll(&wait, 1, Int32(min(rest + 1, end < 0 ? 10 : 1000)))
            if end >= 0 { close(end) }
        }
        return true
    }

    /// Whether a process of a group runs.
    static func isRunning(_ group: Int32) -> Bool { runningProcess(of: group) != nil }

    /// Takes note of the end of children that this process has not started, and that the system gives to the first process of
    /// a container: of a command's own when their parent has ended, and whoever else has none. Without it they would stay on
    /// the system's list for ever.
    ///
    /// - Parameter isOwn: whether somebody else waits for a process.
    package static func reapStrangers(_ isOwn: (Int32) -> Bool) {
        guard getpid() == 1 else { return }
        for entry in ProcessList.read() where entry.parent == 1 && entry.hasEnded && !isOwn(entry.number) {
            var status: Int32 = 0
            waitpid(entry.number, &status, WNOHANG)
        }
    }

    /// A process of a group that runs.
    ///
    /// One that has ended counts no more, though the system lists it until its parent has taken note: where the parent has
    /// ended before, that is this process if it is the first of a container, and otherwise somebody who may be slow.
    private static func runningProcess(of group: Int32) -> Int32? {
        guard kill(-group, 0) == 0 else { return nil }
        return ProcessList.read().first { $0.group == group && !$0.hasEnded }?.number
    }

    /// Takes note of the end of those of a group whose parent is this process.
    private static func reap(_ group: Int32) {
        var status: Int32 = 0
        while waitpid(-group, &status, WNOHANG) > 0 {}
    }
}
