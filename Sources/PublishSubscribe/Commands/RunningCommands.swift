import Glibc
import Synchronization

/// The commands that run at present, which end with this process: they are in sessions of their own, where the terminal's
/// Ctrl-C does not reach them.
enum RunningCommands {
    private static let groups = Mutex<Set<pid_t>>([])
    private static let endsWithProcess: Bool = {
        atexit { for group in RunningCommands.groups.withLock({ $0 }) { kill(-group, SIGTERM) } }
        return true
    }()

    static func insert(_ process: pid_t) {
        _ = endsWithProcess
        groups.withLock { groups in _ = groups.insert(process) }
    }

    static func remove(_ process: pid_t) {
        groups.withLock { groups in _ = groups.remove(process) }
    }
}
