/// What becomes of the requests of a route.
public enum RouteDestination: Sendable, Hashable {
    /// The workers of a service answer them.
    case service(String)
    /// They are answered with what publishers send: a stream of topics.
    case topics(TopicSource)
    /// Their bodies are sent as messages.
    case messages(MessageTarget)

    /// The methods that are taken where a route names none; nil for all.
    var methods: [String]? {
        switch self {
        case .service: nil
        case .topics: ["GET", "HEAD"]
        case .messages: ["POST"]
        }
    }
}

/// The publishers that a route with `subscribe` reads from.
public struct TopicSource: Sendable, Hashable {
    /// How many messages are kept where nothing else is said; 256.
    public static let defaultHistory = 256

    /// Where the publishers are, to which the gateway connects.
    public var endpoints: [String]
    /// How many messages are kept for readers that come back; 0 for none.
    public var history: Int
    /// The origins whose pages may open a WebSocket, besides the gateway's own, such as `https://example.com`.
    public var origins: [String]

    /// Makes a source.
    public init(endpoints: [String], history: Int = defaultHistory, origins: [String] = []) {
        self.endpoints = endpoints
        self.history = history
        self.origins = origins
    }
}

/// Where a route with `publish` or `push` sends to, and how.
public struct MessageTarget: Sendable, Hashable {
    /// Who gets a message.
    public enum Pattern: String, Sendable, CaseIterable {
        /// Everybody who has subscribed to it (`ZMQ_PUB`).
        case publish
        /// One of those who take messages, in turn (`ZMQ_PUSH`).
        case push
    }

    /// What a message is made of.
    public enum Format: String, Sendable, CaseIterable {
        /// Two frames: the topic and the body.
        case multipart
        /// One frame: the topic, a blank, and the body.
        case single
    }

    /// What tells sockets apart: targets that have it in common share a socket.
    struct SocketName: Hashable {
        let pattern: Pattern
        let endpoints: [String]
    }

    var socketName: SocketName { SocketName(pattern: pattern, endpoints: endpoints) }

    /// Who gets a message.
    public var pattern: Pattern
    /// What the gateway binds.
    public var endpoints: [String]
    /// What a message is made of.
    public var format: Format

    /// Makes a target.
    public init(_ pattern: Pattern, endpoints: [String], format: Format = .multipart) {
        self.pattern = pattern
        self.endpoints = endpoints
        self.format = format
    }
}
