/// A configured rule that sends the requests below a path to a service.
public struct Route: Sendable, Hashable {
    /// The prefix of whole segments below which the route holds: `/api/` takes `/api` and `/api/x`, not `/apix`.
    public var path: RequestPath
    /// The host the request must be for, without port, in lower case; nil takes any.
    public var host: String?
    /// The methods that the route takes, in the spelling of the request; nil takes all.
    ///
    /// Exactly these: a list with GET and without HEAD refuses HEAD.
    public var methods: [String]?
    /// The service that answers.
    public var service: String
    /// The time from arrival to the first byte of the reply; nil for the gateway's setting.
    public var timeout: Duration?
    /// The largest request body in bytes; nil for the gateway's setting.
    public var maximumBodySize: Int?
    /// How often a request may be sent to another worker; nil for the gateway's setting.
    public var retries: Int?

    /// Makes a route.
    public init(
        path: String, host: String? = nil, methods: [String]? = nil, service: String,
        timeout: Duration? = nil, maximumBodySize: Int? = nil, retries: Int? = nil
    ) {
        self.path = RequestPath(path)
        self.host = host?.lowercased()
        self.methods = methods
        self.service = service
        self.timeout = timeout
        self.maximumBodySize = maximumBodySize
        self.retries = retries
    }
}
