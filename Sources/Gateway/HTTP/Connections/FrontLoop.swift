import NIOCore
import SwiftZMQ
import WorkerProtocol

/// What the connections of one event loop share: who waits for which answer, and which connections there are. Used on
/// that loop alone.
final class FrontLoop {
    let eventLoop: any EventLoop
    let rules: FrontRules
    private let index: UInt16
    private let dispatcher: any RequestDispatcher
    /// Who takes requests that are not for a service.
    private let streams: any RequestDispatcher
    private let observer: (any RequestObserver)?
    let metrics: RequestMetrics?

    @exclusivity(unchecked) private var submissions: [GatewayRequest] = []
    @exclusivity(unchecked) private var waiting: [UInt64: any ReplyReceiver] = [:]
    /// Those among them whose requests are not for a service.
    @exclusivity(unchecked) private var streaming: Set<UInt64> = []
    private var connections: [ObjectIdentifier: any ReplyReceiver] = [:]
    private var drained: EventLoopPromise<Void>?

    init(
        index: UInt16, eventLoop: any EventLoop, settings: HTTPSettings, router: Published<RequestRouter>,
        services: ServiceDirectory, dispatcher: any RequestDispatcher, streams: (any RequestDispatcher)? = nil,
        observer: (any RequestObserver)?, metrics: RequestMetrics? = nil
    ) {
        self.index = index
        self.eventLoop = eventLoop
        self.dispatcher = dispatcher
        self.streams = streams ?? dispatcher
        self.observer = observer
        self.metrics = metrics
        rules = FrontRules(
            loop: index, settings: settings, router: router, services: services,
            isObserved: observer != nil || metrics != nil, wantsTargets: observer?.wantsTargets ?? false)
    }

    // MARK: Requests

    /// How many requests are handed over at once at most: few enough that the broker and the workers are busy with the
    /// first of a turn of the event loop while it still reads the last, many enough that it costs little to wake them.
    private static let mostSubmittedAtOnce = 16

    /// Hands a request over to the broker, together with others that this turn of the event loop brings, and remembers who
    /// waits for the answer.
    func submit(_ request: GatewayRequest, for receiver: any ReplyReceiver) {
        waiting[request.id.number] = receiver
        if case .broker = request.destination {
        } else {
            streaming.insert(request.id.number)
            return streams.submit([request])
        }
        submissions.append(request)
        if submissions.count == Self.mostSubmittedAtOnce { return submitAll() }
        if submissions.count == 1 { eventLoop.assumeIsolated().execute { self.submitAll() } }
    }

    private func submitAll() {
        guard !submissions.isEmpty else { return }
        dispatcher.submit(submissions)
        submissions.removeAll(keepingCapacity: true)
    }

    /// Forgets a request whose answer nobody waits for, and tells the broker.
    func cancel(_ number: UInt64) {
        guard waiting.removeValue(forKey: number) != nil else { return }
        let id = RequestID(loop: index, number: number)
        if streaming.remove(number) != nil { return streams.cancel(id) }
        // Not before the request itself.
        submitAll()
        dispatcher.cancel(id)
    }

    /// Tells the broker that a client has taken bytes of a streamed response.
    func consumed(_ number: UInt64, bytes: Int) {
        let id = RequestID(loop: index, number: number)
        if !streaming.isEmpty, streaming.contains(number) { return streams.consumed(id, bytes: bytes) }
        dispatcher.consumed(id, bytes: bytes)
    }

    /// Hands over what the client of a WebSocket sent. After a close nobody waits for anything any more.
    func send(_ number: UInt64, _ kind: WebSocketMessageKind, _ data: Frame) {
        let id = RequestID(loop: index, number: number)
        if kind == .close { waiting[number] = nil }
        if !streaming.isEmpty, streaming.contains(number) {
            if kind == .close { streaming.remove(number) }
            return streams.send(kind, data, for: id)
        }
        dispatcher.send(kind, data, for: id)
    }

    /// Hands a batch of events to those who wait for them.
    func receive(_ events: consuming [(RequestID, ReplyEvent)]) {
        // Taken out one by one, and not copied.
        events.reverse()
        var receiver: (any ReplyReceiver)?
        while let (id, event) = events.popLast() {
            let current = receiver ?? waiting[id.number]
            if event.isLast {
                waiting[id.number] = nil
                if !streaming.isEmpty { streaming.remove(id.number) }
            }
            // Whoever gets the next event as well writes both to the kernel together.
            receiver = events.last.flatMap { waiting[$0.0.number] }
            current?.receive(event, for: id.number, isLast: receiver == nil || receiver !== current)
        }
    }

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
        rules.isDraining = true
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
        rules.isDraining = true
        for connection in Array(connections.values) { connection.abort() }
    }
}

extension ReplyEvent {
    /// Whether no event follows for the request.
    var isLast: Bool {
        switch self {
        case .reply, .end, .closed, .cut, .failure: true
        case .begin, .piece, .handled, .open, .message, .granted, .paused: false
        case .frames(_, let isLast): isLast
        }
    }
}
