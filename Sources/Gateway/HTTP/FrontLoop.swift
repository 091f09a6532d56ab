import NIOCore

/// What the connections of one event loop share. Used on that loop alone.
final class FrontLoop {
    let index: UInt16
    let eventLoop: any EventLoop
    private(set) var settings: HTTPSettings
    private(set) var times: HTTPTimes
    let dispatcher: any RequestDispatcher
    let observer: (any RequestObserver)?
    let metrics: RequestMetrics?
    let wantsTargets: Bool
    var dates = HTTPDateCache()
    var requestIDs = RequestIDGenerator()
    private(set) var isDraining = false

    private var router: Published<RequestRouter>.Reader
    private var services: ServiceDirectory.Reader
    private var lastNumber: UInt64 = 0
    private var submissions: [GatewayRequest] = []
    private var waiting: [UInt64: any ReplyReceiver] = [:]
    private var connections: [ObjectIdentifier: any ReplyReceiver] = [:]
    private var drained: EventLoopPromise<Void>?
    // Responses are written into the same memory again and again, as long as the kernel takes them at once.
    private var scratch = ByteBuffer()

    init(
        index: UInt16, eventLoop: any EventLoop, settings: HTTPSettings, router: Published<RequestRouter>,
        services: ServiceDirectory, dispatcher: any RequestDispatcher, observer: (any RequestObserver)?,
        metrics: RequestMetrics? = nil
    ) {
        self.index = index
        self.eventLoop = eventLoop
        self.settings = settings
        self.dispatcher = dispatcher
        self.observer = observer
        self.metrics = metrics
        times = HTTPTimes(settings)
        wantsTargets = observer?.wantsTargets ?? false
        self.router = Published.Reader(router)
        self.services = ServiceDirectory.Reader(services)
    }

    /// Decides where a request goes.
    func route(method: String, host: String?, path: RequestPath) -> RoutingDecision {
        router.value.decide(method: method, host: host, path: path) { services.contains($0) }
    }

    /// Takes other limits and times, for heads that are read and for waits that begin from now on.
    func apply(_ settings: HTTPSettings) {
        self.settings = settings
        times = HTTPTimes(settings)
    }

    // MARK: Requests

    /// Names a new request and remembers who waits for it.
    func register(_ receiver: any ReplyReceiver) -> RequestID {
        lastNumber += 1
        waiting[lastNumber] = receiver
        return RequestID(loop: index, number: lastNumber)
    }

    /// How many requests are handed over at once at most: few enough that the broker and the workers are busy with the
    /// first of a turn of the event loop while it still reads the last, many enough that it costs little to wake them.
    private static let mostSubmittedAtOnce = 16

    /// Hands a request over to the broker, together with others that this turn of the event loop brings.
    func submit(_ request: GatewayRequest) {
        submissions.append(request)
        if submissions.count == Self.mostSubmittedAtOnce { return submitAll() }
        if submissions.count == 1 { eventLoop.assumeIsolated().execute { self.submitAll() } }
    }

    private func submitAll() {
        guard !submissions.isEmpty else { return }
        dispatcher.submit(submissions)
        submissions.removeAll(keepingCapacity: true)
    }

    /// Forgets a request that got its last event.
    func complete(_ number: UInt64) {
        waiting[number] = nil
    }

    /// Forgets a request whose answer nobody waits for, and tells the broker.
    func cancel(_ number: UInt64) {
        guard waiting.removeValue(forKey: number) != nil else { return }
        // Not before the request itself.
        submitAll()
        dispatcher.cancel(RequestID(loop: index, number: number))
    }

    /// Tells the broker that a client has taken bytes of a streamed response.
    func consumed(_ number: UInt64, bytes: Int) {
        dispatcher.consumed(RequestID(loop: index, number: number), bytes: bytes)
    }

    /// Hands a batch of events to those who wait for them.
    func receive(_ events: [(RequestID, ReplyEvent)]) {
        var held: (receiver: any ReplyReceiver, event: ReplyEvent, number: UInt64)?
        for (id, event) in events {
            guard let receiver = waiting[id.number] else { continue }
            if event.isLast { waiting[id.number] = nil }
            if let previous = held {
                previous.receiver.receive(previous.event, for: previous.number, isLast: previous.receiver !== receiver)
            }
            held = (receiver, event, id.number)
        }
        if let held { held.receiver.receive(held.event, for: held.number, isLast: true) }
    }

    /// Whether anybody wants to know about finished requests.
    var isObserved: Bool { observer != nil || metrics != nil }

    /// Tells everybody who wants to know about a finished request.
    func finished(_ request: borrowing FinishedRequest) {
        metrics?.count(request)
        observer?.requestFinished(request)
    }

    // MARK: Connections

    func add(_ connection: any ReplyReceiver) {
        connections[ObjectIdentifier(connection)] = connection
        observer?.connectionsChanged(by: 1)
    }

    func remove(_ connection: any ReplyReceiver) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        observer?.connectionsChanged(by: -1)
        if connections.isEmpty {
            drained?.succeed()
            drained = nil
        }
    }

    /// Ends every connection as soon as its open requests are answered; the future succeeds when none is left.
    func drain() -> EventLoopFuture<Void> {
        isDraining = true
        let promise = eventLoop.makePromise(of: Void.self)
        if let drained {
            promise.futureResult.cascade(to: drained)
        }
        drained = promise
        for connection in Array(connections.values) { connection.drain() }
        if connections.isEmpty {
            drained?.succeed()
            drained = nil
        }
        return promise.futureResult
    }

    /// Ends every connection at once.
    func abort() {
        isDraining = true
        for connection in Array(connections.values) { connection.abort() }
    }

    // MARK: Memory for responses

    /// An empty buffer with some room.
    func takeBuffer(minimumCapacity: Int, from allocator: ByteBufferAllocator) -> ByteBuffer {
        if scratch.storageCapacity < minimumCapacity { return allocator.buffer(capacity: minimumCapacity) }
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

extension ReplyEvent {
    /// Whether no event follows for the request.
    var isLast: Bool {
        switch self {
        case .reply, .end, .cut, .failure: true
        case .begin, .piece, .handled: false
        case .frames(_, let isLast): isLast
        }
    }
}
