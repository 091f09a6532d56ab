/// What went wrong in a messaging operation: the code, what was attempted, and on which endpoint.
///
/// One error type serves the whole library. Compare ``code`` with the constants of ``Code``, which is open:
/// a code that this library has no name for is still carried, never turned into "unknown".
public struct ZMQError: Error, Hashable, Sendable {
    /// The error number, in libzmq's terms.
    public let code: Code

    /// The operation that failed, as a verb: `bind`, `send`, `set option linger`.
    public let operation: String

    /// The endpoint that the operation named, where it named one.
    public let endpoint: String?

    /// What the caller can do about it, where the library knows more than the code says.
    public let remedy: String?

    /// Makes an error from its parts.
    public init(code: Code, operation: String, endpoint: String? = nil, remedy: String? = nil) {
        self.code = code
        self.operation = operation
        self.endpoint = endpoint
        self.remedy = remedy
    }
}

extension ZMQError: CustomStringConvertible {
    /// One line: the operation, the endpoint, the reason and the remedy. It never contains a key or a payload.
    public var description: String {
        var text = operation
        if let endpoint { text += " \(endpoint)" }
        text += ": \(code.reason)"
        if let remedy = remedy ?? code.commonRemedy { text += "; \(remedy)" }
        return text
    }
}

extension ZMQError.Code {
    /// What helps whoever does not know libzmq's words, where no more is known than the code.
    fileprivate var commonRemedy: String? {
        switch self {
        case .closed: "the socket was closed"
        case .terminated: "its context was shut down"
        case .hostUnreachable: "no peer of that routing id is connected"
        case .wrongState: "a REQ or REP socket sends and receives in turn"
        default: nil
        }
    }
}
