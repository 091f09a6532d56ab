import Logging
import NIOConcurrencyHelpers
package import NIOCore
package import NIOPosix

/// The HTTP front of the gateway: accepts connections, reads and checks requests, routes them and hands them to a
/// dispatcher, and answers with what comes back.
///
/// ```swift
/// let server = HTTPServer(group: group, services: directory)
/// let broker = Broker(sinks: server.replySinks)
/// let addresses = try await server.start(on: [ListenAddress(host: "127.0.0.1", port: 8080)], dispatcher: broker)
/// // …
/// await server.drain(within: .seconds(30))
/// ```
///
/// Each connection belongs to one event loop of the group. Requests go to the dispatcher straight from the loop;
/// events come back through the sink of the loop, and each batch of them wakes the loop once.
package final class HTTPServer: Sendable {
    private struct State {
        var listeners: [any Channel] = []
        var loops: [NIOLoopBound<FrontLoop>] = []
        var isStarted = false
    }

    private let group: MultiThreadedEventLoopGroup
    private let eventLoops: [any EventLoop]
    private let mailboxes: [ReplyMailbox]
    private let settings: HTTPSettings
    private let router: Published<RequestRouter>
    private let services: ServiceDirectory
    private let observer: (any RequestObserver)?
    private let metrics: GatewayMetrics?
    private let tls: TLSAcceptor?
    private let connections: ConnectionLimit
    private let pause: AcceptPause
    private let state = NIOLockedValueBox(State())

    /// Makes a server that does not listen yet.
    ///
    /// - Parameters:
    ///   - group: the event loops to serve on; the server does not shut it down.
    ///   - settings: limits and times.
    ///   - router: the configured routes. The services they name become known.
    ///   - services: the names of the known services; the broker's side adds to it.
    ///   - observer: learns of every finished request.
    package convenience init(
        group: MultiThreadedEventLoopGroup, settings: HTTPSettings = HTTPSettings(),
        router: RequestRouter = RequestRouter(),
        services: ServiceDirectory, observer: (any RequestObserver)? = nil
    ) {
        self.init(
            group: group, settings: settings, router: router, services: services, observer: observer, metrics: nil)
    }

    /// Makes a server that counts what it does, and that serves `https`, too, where it is told how to.
    init(
        group: MultiThreadedEventLoopGroup, settings: HTTPSettings, router: RequestRouter, services: ServiceDirectory,
        observer: (any RequestObserver)?, metrics: GatewayMetrics?, logger: Logger? = nil, tls: TLSAcceptor? = nil
    ) {
        self.metrics = metrics
        self.tls = tls
        pause = AcceptPause(logger: logger)
        self.group = group
        self.settings = settings
        self.router = Published(router)
        self.services = services
        self.observer = observer
        eventLoops = Array(group.makeIterator())
        mailboxes = eventLoops.map(ReplyMailbox.init)
        connections = ConnectionLimit(settings.maximumConnections)
        services.formUnion(router.services)
    }

    /// Where the events of requests go: the sink at ``RequestID/loop``.
    package var replySinks: [any ReplySink] { mailboxes }

    /// Binds the addresses and serves.
    ///
    /// - Parameters:
    ///   - addresses: where to listen; a server of a ``Gateway`` alone serves `https`.
    ///   - dispatcher: takes the requests for services.
    ///   - streams: takes those of routes to topics and messages; without it there must not be any.
    /// - Returns: the addresses in the same order, with the real ports where 0 was asked for.
    /// - Throws: ``GatewayStartError`` when an address cannot be bound; then none stays bound.
    package func start(
        on addresses: [ListenAddress], dispatcher: any RequestDispatcher,
        streams: (any RequestDispatcher)? = nil
    ) async throws -> [SocketAddress] {
        let isFirst = state.withLockedValue { state in
            defer { state.isStarted = true }
            return !state.isStarted
        }
        precondition(isFirst, "a server is started once")
        let loops = try await makeLoops(dispatcher, streams)
        state.withLockedValue { $0.loops = loops }
        let loopsByID = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.eventLoop), $0) })
        var bound: [SocketAddress] = []
        do {
            for address in addresses {
                precondition(address.scheme == .http || tls != nil, "https needs a certificate")
                let bootstrap = bootstrap(loopsByID, tls: address.scheme == .https ? tls : nil)
                let listener = try await bootstrap.listen(on: address, option: "--listen")
                state.withLockedValue { $0.listeners.append(listener) }
                pause.add(listener)
                if let local = listener.localAddress { bound.append(local) }
            }
        } catch {
            await stopListening()
            throw error
        }
        return bound
    }

    /// Replaces the configured routes; requests whose heads are read from now on follow the new ones.
    package func setRouter(_ router: RequestRouter) {
        services.formUnion(router.services)
        self.router.update { current in
            current = router
            return true
        }
    }

    /// Replaces limits and times, for requests whose heads are read from now on; ``HTTPSettings/responseBuffer`` stays.
    package func setSettings(_ settings: HTTPSettings) async {
        var settings = settings
        settings.responseBuffer = self.settings.responseBuffer
        connections.setMaximum(settings.maximumConnections)
        for loop in state.withLockedValue({ $0.loops }) {
            try? await loop.eventLoop.submit { [settings] in loop.value.rules.apply(settings) }.get()
        }
    }

    /// The number of open connections, those included that are being refused.
    package var connectionCount: Int { connections.current }

    /// The requests that were finished since this was called last.
    func takeWindow() async -> RequestWindow {
        var window = RequestWindow()
        for loop in state.withLockedValue({ $0.loops }) {
            if let part = try? await loop.eventLoop.submit({ loop.value.metrics?.takeWindow() }).get() {
                window.add(part)
            }
        }
        return window
    }

    /// Stops accepting, answers what is in flight with `connection: close`, closes idle connections, and waits until
    /// none is left; what is left after `limit` is closed all the same.
    ///
    /// - Returns: whether every connection ended by itself.
    @discardableResult
    package func drain(within limit: Duration) async -> Bool {
        await stopListening()
        let loops = state.withLockedValue { $0.loops }
        let drained = loops.map { loop in loop.eventLoop.flatSubmit { loop.value.drain() } }
        guard let first = eventLoops.first else { return true }
        let all = EventLoopFuture.andAllComplete(drained, on: first)
        let ended = first.makePromise(of: Bool.self)
        let timeout = first.scheduleTask(in: TimeAmount(limit)) { ended.succeed(false) }
        all.whenComplete { _ in
            timeout.cancel()
            ended.succeed(true)
        }
        if (try? await ended.futureResult.get()) == true {
            await detach()
            return true
        }
        await stop()
        return false
    }

    /// Stops accepting and closes every connection at once.
    package func stop() async {
        await stopListening()
        let loops = state.withLockedValue { $0.loops }
        for loop in loops { try? await loop.eventLoop.submit { loop.value.abort() }.get() }
        await detach()
    }

    /// Lets go of the loops. Each knows the dispatcher, which knows the mailboxes: none of them would ever be freed.
    private func detach() async {
        state.withLockedValue { $0.loops = [] }
        for (mailbox, eventLoop) in zip(mailboxes, eventLoops) {
            try? await eventLoop.submit { mailbox.attach(nil) }.get()
        }
    }

    private func stopListening() async {
        let listeners = state.withLockedValue { state in
            defer { state.listeners = [] }
            return state.listeners
        }
        pause.removeAll()
        for listener in listeners { try? await listener.close().get() }
    }

    private func makeLoops(
        _ dispatcher: any RequestDispatcher, _ streams: (any RequestDispatcher)?
    ) async throws -> [NIOLoopBound<FrontLoop>] {
        var loops: [NIOLoopBound<FrontLoop>] = []
        for (index, mailbox) in mailboxes.enumerated() {
            let eventLoop = eventLoops[index]
            let loop = try await eventLoop.submit { [settings, router, services, observer, metrics] in
                let loop = FrontLoop(
                    index: UInt16(index), eventLoop: eventLoop, settings: settings, router: router, services: services,
                    dispatcher: dispatcher, streams: streams, observer: observer,
                    metrics: metrics.map { RequestMetrics($0, known: services) })
                mailbox.attach(loop)
                return NIOLoopBound(loop, eventLoop: eventLoop)
            }.get()
            loops.append(loop)
        }
        return loops
    }

    private func bootstrap(
        _ loops: [ObjectIdentifier: NIOLoopBound<FrontLoop>], tls: TLSAcceptor?
    ) -> ServerBootstrap {
        let mark = ChannelOptions.Types.WriteBufferWaterMark(
            low: max(1, settings.responseBuffer / 2), high: max(1, settings.responseBuffer))
        return ServerBootstrap(group: group)
            .pausing(by: pause, connections)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.writeBufferWaterMark, value: mark)
            .childChannelInitializer { [connections, pause] channel in
                let admission = connections.enter()
                pause.accepted(channel, connections)
                guard admission != .dropped, let loop = loops[ObjectIdentifier(channel.eventLoop)] else {
                    return channel.close()
                }
                return channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        return try tls.secure(
                            channel, on: loop.value, limit: connections, isRefused: admission == .refused)
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        HTTP1Handler(on: loop.value, limit: connections, isRefused: admission == .refused))
                }
            }
    }
}
