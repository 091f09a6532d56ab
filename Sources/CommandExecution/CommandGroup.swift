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
        defer { RunningCommands.forgetWhatIsGone() }
        guard isAlive(group) else { return }
        if !wasTold { signal(group, SIGTERM) }
        let deadline = ContinuousClock.now + patience
        while isAlive(group) {
            guard ContinuousClock.now < deadline else {
                kill(-group, SIGKILL)
                // The system lets no SIGKILL go unheard, but needs a moment.
                for _ in 0..<50 where isAlive(group) { usleep(10_000) }
                return
            }
            // The end of another's child is announced to nobody.
            usleep(10_000)
        }
    }

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

    /// Whether a process of a group runs.
    ///
    /// One that has ended counts no more, though the system lists it until its parent has taken note: where the parent has
    /// ended before, that is this process if it is the first of a container, and otherwise somebody who may be slow.
    private static func isAlive(_ group: Int32) -> Bool {
        var status: Int32 = 0
        while waitpid(-group, &status, WNOHANG) > 0 {}
        return kill(-group, 0) == 0 && ProcessList.read().contains { $0.group == group && !$0.hasEnded }
    }
}
