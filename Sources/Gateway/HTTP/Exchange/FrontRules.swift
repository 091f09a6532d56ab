import NIOCore
import WorkerProtocol

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

    private let loop: UInt16
    @exclusivity(unchecked) private var lastNumber: UInt64 = 0
    @exclusivity(unchecked) private var router: Published<RequestRouter>.Reader
    @exclusivity(unchecked) private var services: ServiceDirectory.Reader
    // Responses are written into the same memory again and again, as long as the kernel takes them at once.
    @exclusivity(unchecked) private var scratch = ByteBuffer()

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

    /// How long a client has to close its side once it has everything.
    var lingerTime: TimeAmount { isDraining ? min(times.linger, .seconds(1)) : times.linger }

    /// Names a request.
    func nextID() -> RequestID {
        lastNumber += 1
        return RequestID(loop: loop, number: lastNumber)
    }

    /// Decides where a request goes.
    func route(_ request: borrowing ParsedRequest, path: Range<Int>) -> RoutingDecision {
        let bytes = request.bytes.readableBytesUInt8Span
        if router.value.routes.isEmpty, request.isPathNormal {
            let service = firstSegment(of: bytes.extracting(path)).flatMap { services.contains($0) ? $0 : nil }
            if let service { return .service(service) }
            let other = RequestRouter.defaultService
            return services.contains(other) ? .service(other) : .unknownService
        }
        return router.value.decide(
            method: request.text(request.method), host: request.host.map { request.text($0).lowercased() },
            path: RequestPath(decoding: bytes.extracting(path))
        ) { services.contains($0) }
    }

    /// The first segment of a path that is normal as it stands.
    private func firstSegment(of path: Span<UInt8>) -> String? {
        var end = 1
        while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
        guard end > 1, end <= path.count else { return nil }
        return path.extracting(1..<end).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    // MARK: Memory for responses

    /// An empty buffer with some room.
    func takeBuffer(minimumCapacity: Int) -> ByteBuffer {
        guard scratch.storageCapacity >= minimumCapacity else {
            return ByteBufferAllocator().buffer(capacity: minimumCapacity)
        }
        scratch.clear()
        var buffer = ByteBuffer()
        swap(&buffer, &scratch)
        return buffer
    }

    /// Gives a buffer back that may still be waiting to be written.
    func giveBack(_ buffer: consuming ByteBuffer) {
        if buffer.storageCapacity <= 64 << 10 { scratch = buffer }
    }
}
