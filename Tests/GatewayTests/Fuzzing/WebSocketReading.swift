import NIOCore
import WorkerProtocol

@testable import Gateway

/// What bytes say that a WebSocket's client sends in pieces.
struct WebSocketReading: Equatable {
    /// The most bytes of a message that are read.
    static let largest = 300

    private(set) var events: [WebSocketReader.Event] = []
    /// Why they are no WebSocket's; nil where they may be.
    private(set) var failure: WebSocketCloseCode?
    /// The rules that what was read breaks all the same.
    private(set) var contradictions: [String] = []

    init(_ pieces: [ArraySlice<UInt8>]) {
        var reader = WebSocketReader(maximumMessageSize: Self.largest)
        var buffer = ByteBuffer()
        do throws(WebSocketFailure) {
            for piece in pieces {
                buffer.writeBytes(piece)
                while let event = try reader.next(from: &buffer) { take(event) }
            }
        } catch {
            failure = error.code
        }
    }

    private mutating func take(_ event: WebSocketReader.Event) {
        events.append(event)
        switch event {
        case .message(let kind, let message):
            if message.readableBytes > Self.largest { contradictions.append("a message is too large") }
            if kind == .text, String(validating: message.readableBytesView, as: UTF8.self) == nil {
                contradictions.append("a text is no UTF-8")
            }
        case .ping(let contents), .pong(let contents):
            if contents.readableBytes > 125 { contradictions.append("a control frame is too large") }
        case .close(let contents):
            if contents.readableBytes == 1 || contents.readableBytes > 125 { contradictions.append("a close is none") }
        }
    }
}
