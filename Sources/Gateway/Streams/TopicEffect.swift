import SwiftZMQ

/// What a ``TopicBroadcaster`` wants done.
enum TopicEffect {
    /// Let a publisher send what begins with a prefix.
    case subscribe(endpoint: String, prefix: Frame)
    /// Let it send that no more.
    case unsubscribe(endpoint: String, prefix: Frame)
    /// Tell a client's connection.
    case emit(RequestID, ReplyEvent)
}
