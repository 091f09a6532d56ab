import SwiftZMQ

extension WorkerWebSocket {
    /// How a WebSocket was closed. ``WorkerWebSocket/send(_:)-(Message)`` throws it once it was.
    public struct Close: Error, Sendable, Hashable {
        /// Why.
        public let code: CloseCode
        /// A few words for a program or its log; empty where there are none.
        public let reason: String

        /// Makes a close.
        public init(_ code: CloseCode, reason: String = "") {
            self.code = code
            self.reason = reason
        }
    }

    /// Why a WebSocket is closed: a number (RFC 6455, section 7.4, and IANA's registry of close codes).
    public struct CloseCode: RawRepresentable, Sendable, Hashable {
        /// The number.
        public let rawValue: Int

        /// Wraps a number.
        public init(rawValue: Int) {
            self.rawValue = rawValue
        }
    }
}

extension WorkerWebSocket.CloseCode {
    /// 1000: the purpose is fulfilled.
    public static let normal = Self(rawValue: 1000)
    /// 1001: one side leaves, such as a browser that shows another page.
    public static let goingAway = Self(rawValue: 1001)
    /// 1003: a message of a kind that is not taken.
    public static let unsupportedData = Self(rawValue: 1003)
    /// 1005: the client said no code. Nobody can send it.
    public static let noStatus = Self(rawValue: 1005)
    /// 1007: a message whose content makes no sense.
    public static let invalidData = Self(rawValue: 1007)
    /// 1008: a message that breaks a rule, where no other code fits.
    public static let policyViolation = Self(rawValue: 1008)
    /// 1009: a message that is too large.
    public static let messageTooBig = Self(rawValue: 1009)
    /// 1011: the server cannot go on.
    public static let internalError = Self(rawValue: 1011)
    /// 1012: the server starts again, and the client may come back.
    public static let serviceRestart = Self(rawValue: 1012)
    /// 1013: the server has too much to do, and the client may come back later.
    public static let tryAgainLater = Self(rawValue: 1013)

    /// Whether it may be sent: 1000 to 1003, 1007 to 1014, or a program's own, 3000 to 4999.
    public var mayBeSent: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

extension WorkerWebSocket.Close {
    /// The most bytes that a reason may have, in UTF-8.
    public static let maximumReasonSize = 123

    /// Reads what the client's close frame carried: two bytes of a code and a reason, or nothing.
    init(reading data: Frame) {
        let bytes = [UInt8](data)
        guard bytes.count >= 2 else {
            self.init(.noStatus)
            return
        }
        self.init(
            WorkerWebSocket.CloseCode(rawValue: Int(bytes[0]) << 8 | Int(bytes[1])),
            reason: String(decoding: bytes.dropFirst(2), as: UTF8.self))
    }

    /// Whether it can be sent.
    ///
    /// - Throws: ``WorkerWebSocketError`` when the code is reserved or the reason too long.
    func check() throws(WorkerWebSocketError) {
        guard code.mayBeSent else {
            throw WorkerWebSocketError(
                .closeCode,
                "a WebSocket cannot be closed with \(code.rawValue); take 1000 to 1003, 1007 to 1014 or 3000 to 4999")
        }
        guard reason.utf8.count <= Self.maximumReasonSize else {
            throw WorkerWebSocketError(
                .closeReason,
                "the reason of a close has \(reason.utf8.count) bytes; at most \(Self.maximumReasonSize) are allowed")
        }
    }
}
