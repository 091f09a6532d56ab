import SwiftZMQ
import WorkerProtocol

/// A message of a publisher as readers get it. What is made of it is made once, and shared by all who get it.
final class TopicMessage {
    /// Counts the messages of the process.
    let id: UInt64
    let topic: Frame
    let payload: Frame

    private(set) lazy var eventStreamText = EventStreamText.event(id: id, topic: topic, payload: payload)
    private(set) lazy var webSocketMessage = TopicWebSocketText.message(topic: topic, payload: payload)
    private(set) lazy var webSocketObject = TopicWebSocketText.object(id: id, topic: topic, payload: payload)

    init(id: UInt64, topic: Frame, payload: Frame) {
        self.id = id
        self.topic = topic
        self.payload = payload
    }

    /// The message as readers of a kind get it: an event, or a frame of a WebSocket.
    func text(for kind: TopicReaderKind) -> Frame {
        switch kind {
        case .eventStream: eventStreamText
        case .webSocket: webSocketMessage
        case .webSocketJSON: webSocketObject
        }
    }

    /// The topic of a message: the first of several frames, or a single frame up to its first blank.
    static func topic(of message: Message) -> Frame {
        guard let head = message.first else { return Frame() }
        guard message.count == 1, let end = blank(in: head) else { return head }
        return head.withUnsafeBytes { Frame(copying: UnsafeRawBufferPointer(rebasing: $0[..<end])) }
    }

    /// The payload of a message: the frames behind the first, joined, or what follows the first blank of a single frame.
    static func payload(of message: Message) -> Frame {
        guard message.count == 1 else { return Frame(joining: message.dropFirst()) }
        guard let head = message.first, let end = blank(in: head) else { return Frame() }
        return head.withUnsafeBytes { Frame(copying: UnsafeRawBufferPointer(rebasing: $0[(end + 1)...])) }
    }

    private static func blank(in frame: Frame) -> Int? {
        frame.withUnsafeBytes { bytes in bytes.firstIndex { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } }
    }
}
