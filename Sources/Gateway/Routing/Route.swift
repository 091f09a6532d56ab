/// A configured rule that says what becomes of the requests below a path.
public struct Route: Sendable, Hashable {
    /// The prefix of whole segments below which the route holds: `/api/` takes `/api` and `/api/x`, not `/apix`.
    public var path: RequestPath
    /// The host the request must be for, without port, in lower case; nil takes any.
    public var host: String?
    /// The methods that the route takes, in the spelling of the request; nil takes all that its destination can.
    ///
    /// Exactly these: a list with GET and without HEAD refuses HEAD.
    public var methods: [String]?
    /// Who answers.
    public var destination: RouteDestination
    /// The time from arrival to the first byte of a service's reply; nil for the gateway's setting.
    public var timeout: Duration?
    /// The largest request body in bytes; nil for the gateway's setting.
    public var maximumBodySize: Int?
    /// How often a request may be sent to another worker; nil for the gateway's setting.
    public var retries: Int?
    /// The origins whose pages may open a WebSocket to the service, besides the gateway's own, such as
    /// `https://example.com`; nil for any. Those of topics are their source's, see ``TopicSource/origins``.
    public var origins: [String]?

    /// Makes a route to a service.
    public init(
        path: String, host: String? = nil, methods: [String]? = nil, service: String,
        timeout: Duration? = nil, maximumBodySize: Int? = nil, retries: Int? = nil, origins: [String]? = nil
    ) {
        self.init(
            path: path, host: host, methods: methods, destination: .service(service), timeout: timeout,
            maximumBodySize: maximumBodySize, retries: retries)
        self.origins = origins
    }

    /// Makes a route to any destination.
    public init(
        path: String, host: String? = nil, methods: [String]? = nil, destination: RouteDestination,
        timeout: Duration? = nil, maximumBodySize: Int? = nil, retries: Int? = nil
    ) {
        self.path = RequestPath(path)
        self.host = host?.lowercased()
        self.methods = methods
        self.destination = destination
        self.timeout = timeout
        self.maximumBodySize = maximumBodySize
        self.retries = retries
    }

    /// The service that answers; nil where none does.
    public var service: String? {
        guard case .service(let name) = destination else { return nil }
        return name
    }

    /// What the route is called in metrics and in the log: its host, if it has one, and its path.
    public var label: String { (host ?? "") + path.description }
}
