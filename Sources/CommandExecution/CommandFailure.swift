import Glibc

/// A command could not be started, or what it does not be learnt.
package struct CommandFailure: Error, CustomStringConvertible {
    package let description: String
    /// Whether this machine lacks something that it may have later.
    package let isShortage: Bool
    /// Whether its words are more than the system passes on.
    package let isTooLong: Bool

    /// - Parameters:
    ///   - what: what could not be done.
    ///   - code: the error number of the system; 0 for a failure that is none of the system's.
    package init(_ what: String, _ code: Int32) {
        description = code == 0 ? what : "\(what): \(String(cString: strerror(code)))"
        isTooLong = code == E2BIG
        isShortage = [EAGAIN, ENOMEM, EMFILE, ENFILE, ENOSPC, EDQUOT].contains(code)
    }
}
