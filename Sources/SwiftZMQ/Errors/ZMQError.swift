/// What went wrong: the error's code, the operation that failed, its endpoint, and an explanation.
///
/// The whole library throws this one type. Compare ``code`` with the constants of ``Code``. The set of codes is open: a
/// number that has no constant here keeps its value.
public struct ZMQError: Error, Hashable, Sendable {
    /// What kind of failure it was, as the error number that C has for it.
    public let code: Code

    /// The operation that failed, as a verb: `bind`, `send`, `set option linger`.
    public let operation: String

    /// The endpoint that was given to the operation; nil where it takes none.
    public let endpoint: String?

    /// Why it failed, or what the caller can do about it; nil where the library knows no more than the code says.
    public let explanation: String?

    /// Makes an error from its parts.
    public init(code: Code, operation: String, endpoint: String? = nil, explanation: String? = nil) {
        self.code = code
        self.operation = operation
        self.endpoint = endpoint
        self.explanation = explanation
    }
}

extension ZMQError: CustomStringConvertible {
    /// One line: the operation, the endpoint, the reason and the explanation. It never contains a key or a payload.
    public var description: String {
        var text = operation
        if let endpoint { text += " \(endpoint)" }
        text += ": \(code.reason)"
        if let explanation = explanation ?? code.commonExplanation { text += "; \(explanation)" }
        return text
    }
}

extension ZMQError.Code {
    /// What the code means to somebody who does not know libzmq, for an error without an explanation of its own.
    fileprivate var commonExplanation: String? {
        switch self {
        case .closed: "the socket was closed"
        case .terminated: "its context was shut down"
        case .hostUnreachable: "no peer of that routing id is connected"
        case .wrongState: "a REQ or REP socket sends and receives in turn"
        default: nil
        }
    }
}
