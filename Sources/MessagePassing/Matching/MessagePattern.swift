/// Which messages a receive takes.
struct MessagePattern: Hashable, Sendable {
    /// The rank that sent it; nil for any.
    var source: Int?
    /// Its tag; nil for any.
    var tag: Int?

    func matches(_ message: ReceivedMessage) -> Bool {
        (source == nil || source == message.source) && (tag == nil || tag == message.tag)
    }
}
