import CSystemSupport
import Glibc

/// Who is at the path of a Unix socket (`ipc://`) that is about to be bound.
///
/// libzmq removes whatever stands at the path first: another's socket, with which nobody connects any more then, or a file.
package enum LocalListener {
    /// Nobody, or a socket file that was left behind.
    case none
    /// A process that listens there.
    case process
    /// A file or a folder that is no socket.
    case file
    /// That cannot be found out, as the process has no descriptor or no memory left to look with; the system's error number.
    case unknown(Int32)

    /// Looks at the path of an endpoint; nobody is at one that is no `ipc`, or that has no path in the file system.
    package init(at endpoint: String) {
        let path = endpoint.dropFirst(6)
        guard endpoint.hasPrefix("ipc://"), path != "*", !path.hasPrefix("@") else {
            self = .none
            return
        }
        switch unsafe csystem_find_local_listener(String(path)) {
        case 1: self = .process
        case 2: self = .file
        case -1: self = .unknown(errno)
        default: self = .none
        }
    }
}
