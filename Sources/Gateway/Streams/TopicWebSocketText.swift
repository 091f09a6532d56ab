import NIOCore
import SwiftZMQ
import TextFormats
import WorkerProtocol

/// Messages as frames of a WebSocket, ready to be sent: written once, and shared by all who get them.
enum TopicWebSocketText {
    /// A message whose topic and payload are told apart by the first blank: a text, or binary where that is not UTF-8.
    static func message(topic: Frame, payload: Frame) -> Frame {
        let text = Frame(joining: [topic, " ", payload])
        var check = UTF8Check()
        let isText = text.withUnsafeBytes { check.accepts($0) } && check.isComplete
        return frame(isText ? .text : .binary, text)
    }

    /// A message as an object: `{"topic":…,"payload":…,"id":…}`. What is not UTF-8 stands in Base64, as `topic_base64` or
    /// `payload_base64`.
    static func object(id: UInt64, topic: Frame, payload: Frame) -> Frame {
        var text: [UInt8] = []
        text.reserveCapacity(topic.count + payload.count + 64)
        text.append(UInt8(ascii: "{"))
        topic.withUnsafeBytes { JSONText.appendMember("topic", $0, to: &text) }
        text.append(UInt8(ascii: ","))
        payload.withUnsafeBytes { JSONText.appendMember("payload", $0, to: &text) }
        text += ",\"id\":\(id)}".utf8
        return frame(.text, Frame(text))
    }

    /// Tells a reader of objects that something is missing, or may be.
    static let gap = frame(.text, "{\"gap\":true}")

    /// Tells a reader of objects how many messages were dropped for it.
    static func dropped(_ count: Int) -> Frame { frame(.text, "{\"dropped\":\(count)}") }

    private static func frame(_ kind: WebSocketMessageKind, _ message: Frame) -> Frame {
        var head = ByteBuffer()
        WebSocketWriter.writeHead(kind, length: message.count, to: &head)
        return Frame(joining: [Frame(head), message])
    }
}
