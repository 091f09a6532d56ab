import SwiftZMQ

/// What a reader of topics reads with, which decides how a message is written for it.
enum TopicReaderKind: Sendable, Hashable {
    /// Server-sent events.
    case eventStream
    /// A WebSocket: a text `topic payload`, or binary where that is not UTF-8.
    case webSocket
    /// A WebSocket with the subprotocol `json`: an object for each message.
    case webSocketJSON

    /// The subprotocol that stands for objects.
    static let json = "json"

    /// Whether what is written goes through a WebSocket, whose frames are not cut in two.
    var isWebSocket: Bool { self != .eventStream }

    /// What tells a reader how many messages were dropped for it; nil where it is not told.
    func dropped(_ count: Int) -> Frame? {
        switch self {
        case .eventStream: EventStreamText.dropped(count)
        case .webSocket: nil
        case .webSocketJSON: TopicWebSocketText.dropped(count)
        }
    }

    /// What tells a reader that something is missing, or may be; nil where it is not told.
    var gap: Frame? {
        switch self {
        case .eventStream: EventStreamText.gap
        case .webSocket: nil
        case .webSocketJSON: TopicWebSocketText.gap
        }
    }
}
