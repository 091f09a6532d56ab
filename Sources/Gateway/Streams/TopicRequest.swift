import SwiftZMQ

/// What a client wants of a route with `subscribe`.
package final class TopicRequest: Sendable {
    /// Where the client was before it lost the connection.
    enum Position: Sendable, Hashable {
        /// It says nothing about it: it gets what is published from now on.
        case now
        /// It got everything up to the message of that number.
        case after(UInt64)
        /// It says something that was never the number of a message.
        case unreadable
    }

    /// The name of the route; see ``Route/label``.
    let route: String
    /// What the topics begin with that it wants: sorted, and none begins with another.
    let prefixes: [[UInt8]]
    let position: Position
    let kind: TopicReaderKind
    /// Whether it asks for the head of the stream alone.
    let isHead: Bool

    init(
        route: String, prefixes: [[UInt8]], position: Position = .now, kind: TopicReaderKind = .eventStream,
        isHead: Bool = false
    ) {
        self.route = route
        self.prefixes = Self.withoutDoubles(prefixes)
        self.position = position
        self.kind = kind
        self.isHead = isHead
    }

    /// Whether it wants messages of a topic.
    func wants(_ topic: Frame) -> Bool {
        topic.withUnsafeBytes { topic in prefixes.contains { topic.starts(with: $0) } }
    }

    /// The prefixes without those that begin with another, so that nothing is wanted twice.
    private static func withoutDoubles(_ prefixes: [[UInt8]]) -> [[UInt8]] {
        var kept: [[UInt8]] = []
        // What begins with a prefix follows it in this order, with nothing between them that does not.
        for prefix in prefixes.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            if let last = kept.last, prefix.starts(with: last) { continue }
            kept.append(prefix)
        }
        return kept
    }
}
