/// What is wrong with a head or a command: a code to act on and one sentence for the log.
///
/// One error type serves the whole library. Compare ``code`` with the constants of ``Code``.
public struct WorkerProtocolError: Error, Hashable, Sendable {
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

    /// The thing, the place and the rule, as one sentence without a full stop. It never contains a body.
    public let detail: String

    /// Makes an error from its parts.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }
}

extension WorkerProtocolError.Code {
    /// The head has more bytes than ``ReplyHead/maximumSize``.
    public static let headTooLarge = Self(rawValue: "head-too-large")
    /// The head has no first line.
    public static let headEmpty = Self(rawValue: "head-empty")
    /// A line of the head, or its end, lacks CRLF.
    public static let lineNotEnded = Self(rawValue: "line-not-ended")
    /// A bare CR, a bare LF, a NUL, or another byte that must not stand there.
    public static let forbiddenByte = Self(rawValue: "forbidden-byte")
    /// Bytes follow the empty line that closes the head.
    public static let dataAfterHead = Self(rawValue: "data-after-head")
    /// The first line of a reply is not a status line.
    public static let statusLine = Self(rawValue: "status-line")
    /// The status is not 200 … 599.
    public static let statusOutOfRange = Self(rawValue: "status-out-of-range")
    /// The first line of a request is not a request line.
    public static let requestLine = Self(rawValue: "request-line")
    /// The name of a field is not a token (RFC 9110, section 5.6.2).
    public static let fieldName = Self(rawValue: "field-name")
    /// The reply, or the piece of one, is larger than the gateway takes.
    public static let replyTooLarge = Self(rawValue: "reply-too-large")
    /// The message begins like no dialect.
    public static let unknownDialect = Self(rawValue: "unknown-dialect")
    /// The command's number is unknown in the dialect, or belongs to the other side.
    public static let unknownCommand = Self(rawValue: "unknown-command")
    /// The message has too few or too many frames for its command.
    public static let frameCount = Self(rawValue: "frame-count")
    /// The empty frame that the protocol demands is not empty.
    public static let missingDelimiter = Self(rawValue: "missing-delimiter")
    /// The name of a service is empty, too long, not UTF-8, reserved, or has control characters.
    public static let serviceName = Self(rawValue: "service-name")
    /// A property of READY is malformed or out of range.
    public static let property = Self(rawValue: "property")
    /// The command is well formed but not expected of this worker now.
    public static let unexpectedCommand = Self(rawValue: "unexpected-command")
    /// The gateway takes no further worker or service.
    public static let noRoom = Self(rawValue: "no-room")
    /// The number of bytes that CREDIT grants is malformed.
    public static let credit = Self(rawValue: "credit")
    /// The kind of a WebSocket message is neither text nor binary nor close.
    public static let messageKind = Self(rawValue: "message-kind")
}

extension WorkerProtocolError: CustomStringConvertible {
    /// The detail.
    public var description: String { detail }
}
