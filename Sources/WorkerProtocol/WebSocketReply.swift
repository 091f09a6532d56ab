public import SwiftZMQ

/// What a worker says on a WebSocket that stands: a message in a PARTIAL, or the end in the FINAL.
public enum WebSocketReply: Sendable, Hashable {
    /// Text, which is to be valid UTF-8: frames `text` and the data.
    case text(Frame)
    /// Any bytes: frames `binary` and the data.
    case binary(Frame)
    /// The end: frames `close`, the code in decimal digits, and the reason for people, in UTF-8. The last two may be left
    /// out; the code is 1000 then.
    case close(code: UInt16 = 1000, reason: Frame = Frame())

    /// The most bytes of a reason, which has to fit into a frame beside its code (RFC 6455, section 5.5).
    public static let longestReason = 123

    /// Reads the frames of a PARTIAL.
    ///
    /// - Throws: where they are no message.
    public init(message frames: BodyFrames) throws(WorkerProtocolError) {
        guard frames.count == 2, let data = frames.last else {
            throw WorkerProtocolError(
                .frameCount, "a message of a WebSocket has \(frames.count) frames instead of 2, its type and its data")
        }
        switch try WebSocketMessageKind(reading: frames.head) {
        case .text: self = .text(data)
        case .binary: self = .binary(data)
        case .close: throw WorkerProtocolError(.messageKind, "a PARTIAL ends a WebSocket; FINAL does")
        }
    }

    /// Reads the frames of a FINAL.
    ///
    /// - Throws: where they are no end, or have a code or a reason that must not be sent (RFC 6455, section 7.4).
    public init(end frames: BodyFrames) throws(WorkerProtocolError) {
        guard frames.head.equals("close"), frames.count <= 3 else {
            throw WorkerProtocolError(
                .messageKind, "a WebSocket ends otherwise than with close, and perhaps a code and a reason")
        }
        var rest = frames.dropFirst()
        var code: UInt16 = 1000
        if let digits = rest.popFirst(), !digits.isEmpty {
            guard digits.count == 4, let text = String(validating: digits), let number = UInt16(text),
                text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), Self.mayBeSent(number)
            else { throw WorkerProtocolError(.messageKind, "the close code is none that may be sent") }
            code = number
        }
        let reason = rest.popFirst() ?? Frame()
        guard reason.count <= Self.longestReason, String(validating: reason) != nil else {
            throw WorkerProtocolError(
                .messageKind, "the reason is not UTF-8, or has more than \(Self.longestReason) bytes")
        }
        self = .close(code: code, reason: reason)
    }

    /// Whether a frame may carry a close code: 1004 to 1006 and 1015 stand for what no frame says; below 3000 the rest is
    /// reserved.
    public static func mayBeSent(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    /// The frames behind the request's id.
    public var frames: BodyFrames {
        switch self {
        case .text(let data): [WebSocketMessageKind.text.frame, data]
        case .binary(let data): [WebSocketMessageKind.binary.frame, data]
        case .close(let code, let reason): [WebSocketMessageKind.close.frame, "\(code)", reason]
        }
    }
}
