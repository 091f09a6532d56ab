import CCommandExecution
import Dispatch
import Glibc
import SystemSupport

/// The commands that run at present, and the processes that ended commands have left behind, which end with this process:
/// they are in sessions of their own, where the terminal's signals do not reach them.
///
/// Where this process has no time to end them, as after SIGKILL, another one does it that was started for that: it learns
/// from a socket whose other end is gone that this process is, and of each command by the command itself.
package enum RunningCommands {
    private struct State {
        var groups: [pid_t: CommandTag] = [:]
        /// The groups of commands that have ended while others of the group have not.
        var left: Set<pid_t> = []
        /// How many commands have ended whose last output is being passed on.
        var closing = 0
        /// Those of which nobody wants any more results.
        var endedTags: Set<CommandTag> = []
        var isEnded = false
    }

    private static let state = Locked(State())
    /// Given when nothing more comes of a command that was ended with all others.
    private static let closed = DispatchSemaphore(value: 0)
    private static let endsWithProcess: Bool = {
        // A parent may have had children of no interest reaped by the system; then nobody would learn how one ended.
        signal(SIGCHLD, SIG_DFL)
        atexit { RunningCommands.endAll(SIGTERM) }
        return true
    }()

    /// Where the guard is told; negative where none could be started, which is no reason to run no commands.
    private static let guardSocket = ccommand_start_guard()

    /// Sends a signal to all of them, also to those that have been stopped; none can be started from now on.
    package static func endAll(_ number: Int32) {
        let groups = state.withLock { state in
            state.isEnded = true
            forgetWhatIsGone(&state)
            return state.left.union(state.groups.keys)
        }
        for group in groups { CommandGroup.signal(group, number) }
    }

    /// Sends a signal to all of them, once, and SIGKILL to those that are still there after a time. Returns when what they
    /// wrote last has been passed on, as far as there is time for it.
    package static func endAll(_ number: Int32, within patience: Duration) {
        endAll(number)
        // Another thread may be waiting for the same.
        defer { closed.signal() }
        let deadline = ContinuousClock.now + patience
        while true {
            // One may have been started just then, and told to end.
            let (groups, isPassingOn) = state.withLock { state in
                (state.left.union(state.groups.keys), !state.groups.isEmpty || state.closing > 0)
            }
            if let running = groups.first(where: CommandGroup.isRunning) {
                guard CommandGroup.awaitEnd(of: running, until: deadline) else { return endAll(SIGKILL) }
            } else {
                let rest = (deadline - .now) / .milliseconds(1)
                guard isPassingOn, rest > 0 else { return }
                _ = closed.wait(timeout: .now() + .milliseconds(Int(rest) + 1))
            }
        }
    }

    /// Ends those of a tag, as nobody wants their results any more.
    package static func end(_ tag: CommandTag) {
        let groups = state.withLock { state in
            // One that is just being started is seen to when it has been.
            state.endedTags.insert(tag)
            return state.groups.filter { $0.value == tag }.map(\.key)
        }
        for group in groups { kill(-group, SIGTERM) }
    }

    /// Starts a command, unless all are to end.
    ///
    /// - Parameter body: starts it, tells the guard, and returns its number, or the negative of an error number.
    static func start(for tag: CommandTag, _ body: (_ guard: Int32) -> pid_t) -> pid_t {
        _ = endsWithProcess
        // Outside the lock many can be started at once; what was started too late is seen to afterwards.
        let process = body(guardSocket)
        guard process > 0 else { return process }
        let isEnded = state.withLock { state in
            state.groups[process] = tag
            return state.isEnded || state.endedTags.contains(tag)
        }
        if isEnded { kill(-process, SIGTERM) }
        return process
    }

    /// Notes that a command has ended, and perhaps left others of its group behind; ``hasClosed()`` has to follow.
    static func remove(_ process: pid_t) {
        let leavesSome = kill(-process, 0) == 0
        state.withLock { state in
            state.groups[process] = nil
            state.closing += 1
            if !state.left.isEmpty { forgetWhatIsGone(&state) }
            if leavesSome { state.left.insert(process) }
        }
        if !leavesSome { ccommand_tell_guard(guardSocket, -process) }
    }

    /// Notes that nothing more comes of a command that has ended.
    static func hasClosed() {
        let isAwaited = state.withLock { state in
            state.closing -= 1
            return state.isEnded
        }
        if isAwaited { closed.signal() }
    }

    /// Strikes off the groups that ended commands had left behind and that are gone, before the system could give the number
    /// of one to another.
    static func forgetWhatIsGone() { state.withLock { forgetWhatIsGone(&$0) } }

    /// The groups that ended commands have left behind, as far as is known.
    static var leftGroups: Set<pid_t> { state.withLock { $0.left } }

    /// Lets a thread whose command was ended with all others wait for the end of the process: what came of the command is
    /// no result, and nobody is to be told.
    static func restIfEnded() {
        while state.withLock({ $0.isEnded }) { pause() }
    }

    private static func forgetWhatIsGone(_ state: inout State) {
        for group in state.left where kill(-group, 0) != 0 {
            state.left.remove(group)
            ccommand_tell_guard(guardSocket, -group)
        }
    }
}
