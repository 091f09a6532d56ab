/// What a reader of topics reads with, which decides how a message is written for it.
enum TopicReaderKind: Sendable, Hashable {
    /// Server-sent events.
    case eventStream
}
