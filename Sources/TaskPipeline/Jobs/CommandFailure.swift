import Glibc

/// A command could not be started.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    /// Whether this machine lacks something that it may have later.
    let isShortage: Bool

    init(_ what: String, _ code: Int32) {
        description = code == 0 ? what : "\(what): \(String(cString: strerror(code)))"
        isShortage = [EAGAIN, ENOMEM, EMFILE, ENFILE, ENOSPC, EDQUOT].contains(code)
    }
}
