import CZMQ

extension SocketEvent {
    /// What the other end of a connection, or the authenticator, did wrong (`ZMQ_PROTOCOL_ERROR_…`).
    ///
    /// The set is open: `ProtocolError(rawValue:)` carries any number.
    public struct ProtocolError: RawRepresentable, Hashable, Sendable {
        /// The number as C reports it.
        public let rawValue: UInt32

        /// Wraps a number.
        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }
    }
}

extension SocketEvent.ProtocolError {
    /// The handshake broke a rule that libzmq does not name (`…ZMTP_UNSPECIFIED`).
    public static let unspecified = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZMTP_UNSPECIFIED))
    /// A command came at the wrong time (`…ZMTP_UNEXPECTED_COMMAND`).
    public static let unexpectedCommand = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZMTP_UNEXPECTED_COMMAND))
    /// A message's number is out of order, as after a replay (`…ZMTP_INVALID_SEQUENCE`).
    public static let invalidSequence = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZMTP_INVALID_SEQUENCE))
    /// The exchange of keys failed (`…ZMTP_KEY_EXCHANGE`).
    public static let keyExchange = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZMTP_KEY_EXCHANGE))
    /// A command is malformed (`…ZMTP_MALFORMED_COMMAND_UNSPECIFIED`).
    public static let malformedCommand = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED))
    /// A MESSAGE command is malformed (`…ZMTP_MALFORMED_COMMAND_MESSAGE`).
    public static let malformedMessage = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_MESSAGE))
    /// A HELLO command is malformed (`…ZMTP_MALFORMED_COMMAND_HELLO`).
    public static let malformedHello = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_HELLO))
    /// An INITIATE command is malformed (`…ZMTP_MALFORMED_COMMAND_INITIATE`).
    public static let malformedInitiate = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_INITIATE))
    /// An ERROR command is malformed (`…ZMTP_MALFORMED_COMMAND_ERROR`).
    public static let malformedError = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_ERROR))
    /// A READY command is malformed (`…ZMTP_MALFORMED_COMMAND_READY`).
    public static let malformedReady = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_READY))
    /// A WELCOME command is malformed (`…ZMTP_MALFORMED_COMMAND_WELCOME`).
    public static let malformedWelcome = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_WELCOME))
    /// The metadata is malformed, or the two socket types do not go together (`…ZMTP_INVALID_METADATA`).
    public static let invalidMetadata = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZMTP_INVALID_METADATA))
    /// What should be encrypted cannot be decrypted, mostly as a key is wrong (`…ZMTP_CRYPTOGRAPHIC`).
    public static let cryptographic = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC))
    /// The two ends ask for different security mechanisms (`…ZMTP_MECHANISM_MISMATCH`).
    public static let mechanismMismatch = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH))
    /// The authenticator's answer broke a rule that libzmq does not name (`…ZAP_UNSPECIFIED`).
    public static let authenticatorUnspecified = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZAP_UNSPECIFIED))
    /// The authenticator's answer is malformed (`…ZAP_MALFORMED_REPLY`).
    public static let authenticatorMalformedReply = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZAP_MALFORMED_REPLY))
    /// The authenticator answered another question (`…ZAP_BAD_REQUEST_ID`).
    public static let authenticatorBadRequestID = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZAP_BAD_REQUEST_ID))
    /// The authenticator speaks another version (`…ZAP_BAD_VERSION`).
    public static let authenticatorBadVersion = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZAP_BAD_VERSION))
    /// The authenticator's status is none of RFC 27's (`…ZAP_INVALID_STATUS_CODE`).
    public static let authenticatorInvalidStatusCode = Self(
        rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZAP_INVALID_STATUS_CODE))
    /// The authenticator's metadata is malformed (`…ZAP_INVALID_METADATA`).
    public static let authenticatorInvalidMetadata = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZAP_INVALID_METADATA))
    /// The WebSocket handshake failed (`…WS_UNSPECIFIED`).
    public static let webSocketUnspecified = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_WS_UNSPECIFIED))

    private static let reasons: [Self: String] = [
        .unspecified: "the handshake broke a rule that libzmq does not name",
        .unexpectedCommand: "a command came at the wrong time",
        .invalidSequence: "a message's number is out of order, as after a replay",
        .keyExchange: "the exchange of keys failed",
        .malformedCommand: "a command is malformed",
        .malformedMessage: "a MESSAGE command is malformed",
        .malformedHello: "a HELLO command is malformed",
        .malformedInitiate: "an INITIATE command is malformed",
        .malformedError: "an ERROR command is malformed",
        .malformedReady: "a READY command is malformed",
        .malformedWelcome: "a WELCOME command is malformed",
        .invalidMetadata: "the metadata is malformed, or the two socket types do not go together",
        .cryptographic: "what should be encrypted cannot be decrypted, mostly as a key is wrong",
        .mechanismMismatch: "the two ends ask for different security mechanisms",
        .authenticatorUnspecified: "the authenticator's answer broke a rule that libzmq does not name",
        .authenticatorMalformedReply: "the authenticator's answer is malformed",
        .authenticatorBadRequestID: "the authenticator answered another question",
        .authenticatorBadVersion: "the authenticator speaks another version",
        .authenticatorInvalidStatusCode: "the authenticator's status is none of RFC 27's",
        .authenticatorInvalidMetadata: "the authenticator's metadata is malformed",
        .webSocketUnspecified: "the WebSocket handshake failed",
    ]
}

extension SocketEvent.ProtocolError: CustomStringConvertible {
    /// The reason in words, or the number where it has none.
    public var description: String { Self.reasons[self] ?? "protocol error 0x\(String(rawValue, radix: 16))" }
}
