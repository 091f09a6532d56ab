public import SwiftZMQ

extension WorkerCommand {
    /// The message of a PARTIAL that sends a message to a WebSocket's client.
    public static func message(request: Frame, kind: WebSocketMessageKind, data: Frame) -> Message {
        partial(request: request, head: kind.frame, piece: data)
    }

    /// The message of a FINAL that ends a WebSocket.
    ///
    /// - Parameters:
    ///   - code: why (RFC 6455, section 7.4); nil is 1000.
    ///   - reason: at most 123 bytes of UTF-8; left out where it is empty.
    public static func close(request: Frame, code: Int?, reason: Frame) -> Message {
        guard let code else { return final(request: request, piece: WebSocketMessageKind.close.frame) }
        guard !reason.isEmpty else {
            return final(request: request, head: WebSocketMessageKind.close.frame, body: "\(code)")
        }
        var frames = final(request: request, head: WebSocketMessageKind.close.frame, body: "\(code)")
        frames.append(reason)
        return frames
    }

    /// The message of a CREDIT: the gateway may send so many further bytes of what a WebSocket's client sent.
    public static func credit(request: Frame, bytes: Int) -> Message {
        Message(signature02, followedBy: [credit02, request, "\(bytes)"])
    }

    private static let signature02: Frame = "MDPW02"
    private static let credit02 = Frame(byte: 0x08)
}
