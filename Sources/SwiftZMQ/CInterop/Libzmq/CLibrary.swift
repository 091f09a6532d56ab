import CZMQ

// Everything that calls `zmq_*` lives in this folder. The rest of the library speaks Swift: values, typed errors,
// owned handles. What must be argued about memory or threads is argued here, beside the call.

/// Facts about the installed libzmq that need no context.
enum CLibrary {
    /// The text for an error number (`zmq_strerror`), which is static memory owned by the C library.
    static func errorText(_ number: Int32) -> String {
        unsafe zmq_strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    }

    /// The error that the last failed call of this thread reported (`zmq_errno`).
    static func lastError(_ operation: String, endpoint: String? = nil) -> ZMQError {
        ZMQError(code: .init(rawValue: czmq_errno()), operation: operation, endpoint: endpoint)
    }

    /// Whether the last call of this thread failed only because it would have had to wait.
    static var lastWouldHaveWaited: Bool { czmq_errno() == EAGAIN }

    /// What is to be done after a call that does not wait has failed: call again, since a signal came in between, or leave
    /// it for now (false). Throws any other error that the call reported.
    @inline(__always)
    static func isToBeRepeated(_ operation: String) throws(ZMQError) -> Bool {
        switch czmq_errno() {
        case EINTR: return true
        case EAGAIN: return false
        default: throw lastError(operation)
        }
    }

    /// The version of the library that is loaded (`zmq_version`), which may be newer than the headers.
    static var version: (major: Int, minor: Int, patch: Int) {
        var major: Int32 = 0
        var minor: Int32 = 0
        var patch: Int32 = 0
        unsafe zmq_version(&major, &minor, &patch)
        return (Int(major), Int(minor), Int(patch))
    }

    /// Whether the library was built with a capability such as `curve` or `ipc` (`zmq_has`).
    static func has(_ capability: String) -> Bool {
        unsafe zmq_has(capability) == 1
    }
}
