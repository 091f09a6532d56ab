/// What the exchanges of one event loop keep to and draw from: settings, routes, the names of services and of requests.
/// Used on that loop alone; it knows nothing of connections.
final class FrontRules {
    private(set) var settings: HTTPSettings
    private(set) var times: HTTPTimes
    private(set) var limits: RequestLimits
    /// Whether every response that may be its connection's last is.
    var isDraining = false
    /// Whether anybody wants to know about finished requests, and of their targets as well.
    let isObserved: Bool
    let wantsTargets: Bool
    @exclusivity(unchecked) var dates = HTTPDateCache()
    @exclusivity(unchecked) var requestIDs = RequestIDGenerator()
    /// Where the versions of HTTP write responses.
    let outputBuffers = OutputBuffers()

    private let loop: UInt16
    @exclusivity(unchecked) private var lastNumber: UInt64 = 0
    @exclusivity(unchecked) private var router: Published<RequestRouter>.Reader
    @exclusivity(unchecked) private var services: ServiceDirectory.Reader

    /// - Parameter loop: the number of the event loop, which names its requests.
    init(
        loop: UInt16, settings: HTTPSettings, router: Published<RequestRouter>, services: ServiceDirectory,
        isObserved: Bool, wantsTargets: Bool
    ) {
        self.loop = loop
        self.settings = settings
        self.isObserved = isObserved
        self.wantsTargets = wantsTargets
        times = HTTPTimes(settings)
        limits = RequestLimits(settings)
        self.router = Published.Reader(router)
        self.services = ServiceDirectory.Reader(services)
    }

    /// Takes other limits and times, for heads that are read and for waits that begin from now on.
    func apply(_ settings: HTTPSettings) {
        self.settings = settings
        times = HTTPTimes(settings)
        limits = RequestLimits(settings)
    }

    /// Names a request.
    func nextID() -> RequestID {
        lastNumber += 1
        return RequestID(loop: loop, number: lastNumber)
    }

    /// Decides where a request goes.
    func route(_ request: borrowing ParsedRequest, path: Range<Int>) -> RoutingDecision {
        if router.value.routes.isEmpty, request.isPathNormal {
            let service = request.firstSegment(of: path).flatMap { services.contains($0) ? $0 : nil }
            if let service { return .service(service) }
            let other = RequestRouter.defaultService
            return services.contains(other) ? .service(other) : .unknownService
        }
        return router.value.decide(
            method: request.text(request.method), host: request.host.map { request.text($0).lowercased() },
            path: request.decoded(path: path)
        ) { services.contains($0) }
    }
}
