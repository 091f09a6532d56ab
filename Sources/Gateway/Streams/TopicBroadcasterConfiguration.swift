/// What a ``TopicBroadcaster`` keeps to.
struct TopicBroadcasterConfiguration: Sendable {
    /// The routes with `subscribe`.
    var routes: [TopicRoute] = []
    /// The most bytes of messages that wait for one reader, those on their way to it among them.
    var readerBuffer = 1 << 20
    /// The time between two comments that keep a connection from looking idle.
    var commentInterval: Duration = .seconds(15)
    /// So many bytes are put together for a reader at a time.
    var pieceSize = 16 << 10

    /// The most bytes that may be on their way to a reader, of a buffer of that size: few, so that it is known soon who does
    /// not keep up; and the rest of the buffer is what a reader may be behind.
    static func window(ofBuffer buffer: Int) -> Int { min(64 << 10, max(1, buffer / 2)) }
}

/// A route with `subscribe`, as the broadcaster knows it.
struct TopicRoute: Sendable, Hashable {
    /// Its name; see ``Route/label``.
    var label: String
    /// The publishers.
    var endpoints: [String]
    /// How many messages are kept.
    var history: Int
}
