/// Addresses, limits and times of a ``Gateway``.
public struct GatewayConfiguration: Sendable {
    /// Where HTTP is served, and HTTPS; default 127.0.0.1:8080.
    public var listen = [ListenAddress(host: "127.0.0.1", port: 8080)]
    /// With what HTTPS is served.
    public var tls = TLSSettings()
    /// Where workers connect; default tcp://127.0.0.1:5555.
    public var workers = ["tcp://127.0.0.1:5555"]
    /// Where MDP clients connect, which call the same services; default nowhere.
    public var clients: [String] = []
    /// The certificate file of the gateway's own CURVE keys, secret key included. It and ``curveAllow`` together secure
    /// every endpoint for workers and MDP clients; nil, the default, for none.
    public var curveSecretKey: String?
    /// The folder of the public certificates (`*.key`) of those who may connect; looked at with each new connection.
    public var curveAllow: String?
    /// Whether endpoints that other machines may reach are opened without CURVE; default no.
    public var allowsInsecureWorkers = false
    /// Where health, metrics and workers are shown; nil, the default, for nowhere.
    public var admin: ListenAddress?
    /// The configured routes, tried in order before the first path segment names the service; default none.
    public var routes: [Route] = []
    /// Limits and times of the HTTP front.
    public var http = HTTPSettings()
    /// The dispatch.
    public var broker = BrokerConfiguration()
    /// The largest message accepted from a worker, in bytes; default 64 MiB.
    public var maximumReply = 64 << 20
    /// How long a drain waits for what is in flight; default 30 s.
    public var drainTimeout: Duration = .seconds(30)
    /// The programs that are started and kept running; default none.
    public var programs: [ProgramConfiguration] = []
    /// After how many answered requests a process of theirs is replaced by another; nil, the default, for never.
    public var programRequestLimit: Int?
    /// From how many bytes of memory on one is replaced; nil, the default, for never.
    public var programMemoryLimit: Int?
    /// The threads that serve HTTP. Default 1: the broker has a thread of its own, and so has libzmq.
    public var eventLoops = 1

    /// The defaults.
    public init() {}
}
