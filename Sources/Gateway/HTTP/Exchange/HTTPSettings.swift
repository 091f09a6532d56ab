/// The limits and times that the HTTP front keeps to.
public struct HTTPSettings: Sendable, Hashable {
    /// The largest request body in bytes; 1 MiB. A route may say otherwise.
    public var maximumBodySize = 1 << 20
    /// The largest message of a WebSocket's client in bytes; 1 MiB. A larger one ends the WebSocket with 1009.
    public var maximumMessageSize = 1 << 20
    /// The largest sum of all field lines of a head, or of all trailers, in bytes; 16 KiB.
    public var maximumHeaderSize = 16 << 10
    /// The largest number of field lines of a head, or of trailers; 100.
    public var maximumFieldCount = 100
    /// The largest request target in bytes; 8 KiB.
    public var maximumTargetSize = 8 << 10
    /// The most connections served at a time; 10,000. Further ones get 503 and are closed.
    public var maximumConnections = 10_000
    /// The most requests of one connection that wait for their answers at a time; 16. No more is read beyond that.
    public var maximumPipelinedRequests = 16
    /// Whether clients are offered HTTP/2 on TLS; yes.
    public var offersHTTP2 = true
    /// Whether a client may speak HTTP/2 without TLS, by beginning with its preface (RFC 9113, section 3.3); no.
    public var allowsHTTP2PriorKnowledge = false
    /// The most streams, which are requests under way, of one connection of HTTP/2; 100. Further ones are refused.
    public var maximumStreams = 100
    /// The most bytes of a streamed response that wait for a slow reader; 1 MiB. Beyond it the response is cut. Whole
    /// answers that wait for those before them on their connection take at most four times as many, and so do all answers
    /// of a connection of HTTP/2 together.
    public var responseBuffer = 1 << 20
    /// The time from the first byte of a head to its end; 10 s.
    public var headerTimeout: Duration = .seconds(10)
    /// The time from the end of a head to the end of the body; 30 s.
    public var bodyTimeout: Duration = .seconds(30)
    /// How long a connection may lie idle between requests, or make no progress in taking a response; 75 s.
    public var idleTimeout: Duration = .seconds(75)
    /// How long a connection that the gateway has ended is kept for the client to close it as well, counted from when the
    /// client has the last answer; 5 s.
    public var lingerTimeout: Duration = .seconds(5)
    /// The time that a request has until the first byte of its reply; 30 s. A route may say otherwise.
    public var requestTimeout: Duration = .seconds(30)
    /// How often a request may be sent to another worker; 2. A route may say otherwise.
    public var retries = 2
    /// The proxies in front whose `x-forwarded-for`, `x-forwarded-proto`, `x-forwarded-host` and `forwarded` fields are
    /// believed; none. Those of everybody else are replaced.
    public var trustedProxies: [AddressBlock] = []
    /// The value of the `server` field of responses; nil for none.
    public var serverName: String?

    /// The default settings.
    public init() {}
}
