/// What a handler of WebSockets asked for and cannot have: a code to act on and one sentence for the log.
public struct WorkerWebSocketError: Error, Hashable, Sendable {
    /// The kind of mistake; the set is open.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The stable name of the code, in words joined by dashes.
        public let rawValue: String

        /// Wraps a name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }

    /// The kind of mistake.
    public let code: Code

    /// The thing, the value and the remedy, as one sentence without a full stop.
    public let detail: String

    /// Makes an error from its parts.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }
}

extension WorkerWebSocketError.Code {
    /// The subprotocol is none that the client offered.
    public static let subprotocol = Self(rawValue: "subprotocol")
    /// The WebSocket has been accepted already.
    public static let accepted = Self(rawValue: "accepted")
    /// The message is larger than the gateway takes from a worker at a time.
    public static let messageTooLarge = Self(rawValue: "message-too-large")
    /// The close code is none that may be sent.
    public static let closeCode = Self(rawValue: "close-code")
    /// The reason of a close is too long.
    public static let closeReason = Self(rawValue: "close-reason")
}

extension WorkerWebSocketError: CustomStringConvertible {
    /// The detail.
    public var description: String { detail }
}
