public import Logging
public import Metrics
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
public import SwiftZMQ
import SystemSupport

/// A gateway: an HTTP front and a broker, joined.
///
/// ```swift
/// var configuration = GatewayConfiguration()
/// configuration.listen = [ListenAddress(host: "127.0.0.1", port: 0)]
/// let gateway = try await Gateway(configuration, logger: logger)
/// print(gateway.httpAddresses)
/// // …
/// await gateway.drain()
/// ```
public final class Gateway: Sendable {
    /// Where it serves HTTP, with real ports where 0 was asked for.
    public let httpAddresses: [ListenAddress]
    /// Where workers connect, with real ports in place of wildcards.
    public var workerEndpoints: [String] { broker.endpoints }
    /// Where MDP clients connect, with real ports in place of wildcards.
    public var clientEndpoints: [String] { clients?.endpoints ?? [] }
    /// Where subscribers of the routes with `publish` connect, with real ports in place of wildcards.
    public var publishEndpoints: [String] { streams.endpoints.filter { $0.pattern == .publish }.map(\.endpoint) }
    /// Where those connect that take messages of the routes with `push`.
    public var pushEndpoints: [String] { streams.endpoints.filter { $0.pattern == .push }.map(\.endpoint) }
    /// Where health, metrics and workers are shown, with the real port where 0 was asked for; nil where nowhere.
    public var adminAddress: ListenAddress? { admin?.address }
    /// The dispatch.
    package let broker: BrokerLoop
    /// What reads from publishers and sends messages.
    let streams: StreamLoop
    /// What serves MDP clients; nil where nothing does.
    let clients: ClientLoop?
    /// What a worker in the same process connects with.
    public let embeddedWorkerSecurity: SocketSecurity

    private let context: Context
    private let group: MultiThreadedEventLoopGroup
    private let server: HTTPServer
    private let tls: TLSAcceptor?
    private let logger: Logger
    private let listen: [ListenAddress]
    private let admin: AdminServer?
    private let programs: ProgramLoop
    private let state: NIOLockedValueBox<State>
    /// What goes on beside, until the end.
    private let watching: [Task<Void, Never>]

    private struct State {
        var drainTimeout: Duration
        var isDraining = false
    }

    /// Binds everything and serves from then on.
    ///
    /// - Parameters:
    ///   - configuration: addresses, limits and times.
    ///   - logger: for what operators want to know.
    ///   - observer: learns of every finished request, for an access log.
    ///   - metrics: where it counts; by default what `MetricsSystem.bootstrap` was given.
    ///   - metricsText: the metrics as Prometheus reads them, for `/metrics`, where the backend can tell.
    /// - Throws: ``GatewayStartError`` naming the address that cannot be bound or connected to; then nothing stays bound.
    public init(
        _ configuration: GatewayConfiguration, logger: Logger, observer: (any RequestObserver)? = nil,
        metrics: any MetricsFactory = MetricsSystem.factory, metricsText: (@Sendable () -> String)? = nil
    ) async throws {
        if let mistake = configuration.securityMistake ?? configuration.tlsMistake {
            throw GatewayStartError("--\(mistake.setting) '\(mistake.value)': \(mistake.remedy)")
        }
        try Self.checkOpenFileLimit()
        let credentials = try Self.credentials(configuration, logger)
        let curve = try CurveAccess(configuration)
        embeddedWorkerSecurity = curve?.ownWorker ?? .none
        let state = NIOLockedValueBox(State(drainTimeout: configuration.drainTimeout))
        self.state = state
        let metrics = GatewayMetrics(metrics)
        let router = RequestRouter(routes: configuration.routes)
        var brokerConfiguration = configuration.broker
        brokerConfiguration.services.formUnion(router.services)
        brokerConfiguration.maximumReply = configuration.maximumReply
        brokerConfiguration.reportsHandling = observer?.wantsHandling ?? false
        brokerConfiguration.streamCredit = brokerConfiguration.streamCredit ?? configuration.http.responseBuffer
        let services = ServiceDirectory()
        let tls = credentials.map { TLSAcceptor($0, metrics: metrics, logger: logger) }
        self.tls = tls
        self.logger = logger
        listen = configuration.listen
        context = try Context()
        group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoops)
        let server = HTTPServer(
            group: group, settings: configuration.http, router: router, services: services, observer: observer,
            metrics: metrics, logger: logger, tls: tls)
        self.server = server
        let broker: BrokerLoop
        let clients: ClientLoop?
        let programs: ProgramLoop
        let streams: StreamLoop
        // How to end what has been started, the last first, should something after it fail.
        var started: [@Sendable () async -> Void] = []
        do {
            // Before the sockets: from the first moment on it is asked about everybody.
            try curve?.authenticator(for: context, logger: logger).start()
            clients = try Self.listen(
                configuration, context, security: curve?.server ?? .none, loop: server.replySinks.count, metrics, logger
            )
            broker = try BrokerLoop(
                context: context, endpoints: configuration.workers, security: curve?.server ?? .none,
                configuration: brokerConfiguration, services: services,
                sinks: server.replySinks + [clients].compactMap { $0 }, logger: logger)
            started.append { [broker] in await broker.stop() }
            programs = try ProgramLoop(broker, logger: logger)
            started.append { [programs] in await programs.end() }
            streams = try StreamLoop(
                context: context, router: router, security: curve?.server,
                broadcaster: TopicBroadcasterConfiguration(readerBuffer: configuration.http.responseBuffer),
                maximumMessage: configuration.maximumReply, sinks: server.replySinks, logger: logger)
            started.append { [streams] in await streams.stop() }
            try clients?.start(broker)
            started.append { [clients] in await clients?.drain(within: .zero) }
        } catch {
            for end in started.reversed() { await end() }
            await context.shutdown()
            try? await group.shutdownGracefully()
            if let error = error as? ZMQError { throw GatewayStartError(worker: error) }
            throw error
        }
        self.broker = broker
        self.streams = streams
        self.clients = clients
        self.programs = programs
        var watching = [
            Self.watchHandshakes(broker.events, "worker", metrics, logger) { broker.connectionChanged($0) }
        ]
        if let clients {
            watching.append(
                Self.watchHandshakes(clients.events, "client", metrics, logger) { clients.connectionChanged($0) })
        }
        let sample: @Sendable () async -> Void = {
            if let snapshot = await streams.snapshot() { metrics.sample(snapshot) }
            guard let snapshot = await broker.snapshot() else { return }
            metrics.sample(snapshot, connections: server.connectionCount)
        }
        let dashboard = Dashboard(
            Dashboard.Sources(
                broker: { await broker.snapshot() }, topics: { await streams.snapshot() },
                programs: { await programs.snapshot() }, window: { await server.takeWindow() },
                connections: { server.connectionCount }))
        if configuration.admin != nil { watching.append(Task { @concurrent in await dashboard.run() }) }
        let pages = AdminPages(
            failure: {
                guard !state.withLockedValue({ $0.isDraining }) else { return nil }
                if broker.hasEnded { return "the broker has ended" }
                if streams.hasEnded { return "the topic streams have ended" }
                return clients?.hasEnded == true ? "MDP clients are served no more" : nil
            },
            isReady: { !broker.hasEnded && !state.withLockedValue { $0.isDraining } },
            metrics: metricsText.map { Self.upToDate($0, sample) },
            snapshot: { await broker.snapshot() }, dashboard: dashboard, programs: { await programs.snapshot() },
            restart: { await programs.restart($0) })
        do {
            httpAddresses = try await Self.listen(server, configuration.listen, broker, streams)
            admin = try await Self.listen(configuration.admin, group, pages)
        } catch {
            for task in watching { task.cancel() }
            await server.stop()
            for end in started.reversed() { await end() }
            await context.shutdown()
            try? await group.shutdownGracefully()
            throw error
        }
        // A backend that is not asked has to be told from time to time.
        if metricsText == nil, !(metrics.factory is NOOPMetricsHandler) { watching.append(Self.repeatedly(sample)) }
        self.watching = watching
        programs.apply(configuration)
        Self.compareWithOpenFileLimit(configuration.http.maximumConnections, logger)
    }

    /// Takes another configuration while it serves: the routes, and all limits and times that can change.
    ///
    /// Requests whose heads have been read keep to the old one, and connections that stand to their certificate; the files
    /// of ``GatewayConfiguration/tls`` are read anew. The addresses, ``GatewayConfiguration/maximumReply``,
    /// ``GatewayConfiguration/eventLoops``, ``HTTPSettings/responseBuffer`` and ``BrokerConfiguration/heartbeat`` stay as
    /// they were.
    ///
    /// - Throws: ``GatewayStartError`` where a certificate or a key cannot be used, or an endpoint of a route cannot be
    ///   bound or connected to; then nothing changes.
    public func apply(_ configuration: GatewayConfiguration) async throws {
        var secured = configuration
        secured.listen = listen
        let credentials = try Self.credentials(secured, logger)
        let router = RequestRouter(routes: configuration.routes)
        do {
            try await streams.reconfigure(router)
        } catch {
            throw GatewayStartError("\(error)")
        }
        if let credentials { tls?.replace(with: credentials) }
        state.withLockedValue { $0.drainTimeout = configuration.drainTimeout }
        var brokerConfiguration = configuration.broker
        brokerConfiguration.services.formUnion(router.services)
        brokerConfiguration.maximumReply = broker.configuration.maximumReply
        // First where requests go to, then what sends them there.
        broker.reconfigure(brokerConfiguration)
        await server.setSettings(configuration.http)
        clients?.setTimeout(configuration.http.requestTimeout)
        server.setRouter(router)
        programs.apply(configuration)
    }

    /// Stops accepting, answers what is in flight, says goodbye to the workers, and ends.
    ///
    /// What is not answered within ``GatewayConfiguration/drainTimeout`` fails. The administration listener answers
    /// until the end.
    ///
    /// - Parameter stopWorkers: stops workers of the caller's own, once every request is answered.
    /// - Returns: whether everything was answered in time.
    @discardableResult
    public func drain(stoppingWorkersBy stopWorkers: () async -> Void = {}) async -> Bool {
        let timeout = state.withLockedValue { state in
            state.isDraining = true
            return state.drainTimeout
        }
        // They have no end of their own, and are not waited for.
        streams.drain()
        programs.drain()
        async let clientsAreServed: Void? = clients?.drain(within: timeout)
        let isClean = await server.drain(within: timeout)
        await clientsAreServed
        await stopWorkers()
        await programs.end()
        await streams.stop()
        await broker.stop()
        await end()
        return isClean
    }

    /// Ends at once.
    public func stop() async {
        state.withLockedValue { $0.isDraining = true }
        await server.stop()
        await clients?.drain(within: .zero)
        await programs.end(within: .zero)
        await streams.stop()
        await broker.stop()
        await end()
    }

    private func end() async {
        for task in watching { task.cancel() }
        await admin?.stop()
        await context.shutdown()
        try? await group.shutdownGracefully()
    }
}

// MARK: - The parts

extension Gateway {
    /// Reads the certificates of `https`, and tells what an operator should know of them.
    private static func credentials(
        _ configuration: GatewayConfiguration, _ logger: Logger
    ) throws(GatewayStartError) -> TLSCredentials? {
        do throws(TLSCredentials.Mistake) {
            let credentials = try TLSCredentials(configuration)
            for warning in credentials?.warnings ?? [] {
                logger.warning(
                    "certificate is not valid", metadata: ["file": "\(warning.value)", "reason": "\(warning.reason)"])
            }
            return credentials
        } catch {
            throw GatewayStartError(error)
        }
    }

    private static func listen(
        _ server: HTTPServer, _ addresses: [ListenAddress], _ broker: BrokerLoop, _ streams: StreamLoop
    ) async throws -> [ListenAddress] {
        let bound = try await server.start(on: addresses, dispatcher: broker, streams: streams)
        return zip(bound, addresses).map { ListenAddress(host: $1.host, port: $0.port ?? $1.port, scheme: $1.scheme) }
    }

    private static func listen(
        _ configuration: GatewayConfiguration, _ context: Context, security: SocketSecurity, loop: Int,
        _ metrics: GatewayMetrics, _ logger: Logger
    ) throws -> ClientLoop? {
        guard !configuration.clients.isEmpty else { return nil }
        do {
            return try ClientLoop(
                context: context, endpoints: configuration.clients, security: security, loop: loop,
                maximumMessage: configuration.maximumReply, heartbeat: configuration.broker.heartbeat,
                timeout: configuration.http.requestTimeout, metrics: metrics, logger: logger)
        } catch let error as ZMQError {
            throw GatewayStartError("cannot open the clients' endpoint: \(error)")
        }
    }

    private static func listen(
        _ address: ListenAddress?, _ group: MultiThreadedEventLoopGroup, _ pages: AdminPages
    ) async throws -> AdminServer? {
        guard let address else { return nil }
        return try await AdminServer(on: address, group: group, pages: pages)
    }

    /// The descriptors that a gateway needs for itself and a few connections.
    private static let leastDescriptors = 40

    /// Refuses to start where the libraries would end the process, which few of them can tell otherwise.
    private static func checkOpenFileLimit() throws(GatewayStartError) {
        guard let limit = OpenFileLimit.current else { return }
        let left = OpenFileLimit.next.map { limit - $0 } ?? 0
        guard left < leastDescriptors else { return }
        throw GatewayStartError(
            "the process may have \(limit) files open, of which \(left) are left; a gateway needs "
                + "\(leastDescriptors): raise the limit of open files (ulimit -n)")
    }

    /// Says so where fewer connections than are wanted can be open.
    private static func compareWithOpenFileLimit(_ wanted: Int, _ logger: Logger) {
        guard let limit = OpenFileLimit.current, let used = OpenFileLimit.next else { return }
        let possible = max(0, limit - AcceptPause.reserve(of: limit) - used)
        guard possible < wanted else { return }
        logger.warning(
            "fewer connections than max-connections are possible: beyond them accepting pauses, and clients wait",
            metadata: [
                "possible": "\(possible)", "max-connections": "\(wanted)", "limit": "\(limit)",
                "remedy": "raise the hard limit of open files (ulimit -Hn), or lower max-connections",
            ])
    }

    /// Counts and logs connections of workers that fail before they stand, until the socket is closed.
    private static func watchHandshakes(
        _ events: SocketEvents, _ peer: String, _ metrics: GatewayMetrics, _ logger: Logger,
        also: @escaping @Sendable (SocketEvent) -> Void = { _ in }
    ) -> Task<Void, Never> {
        Task {
            for await event in events {
                also(event)
                guard case .handshakeFailed(let reason) = event.kind else { continue }
                metrics.handshakeFailed()
                logger.warning(
                    "a \(peer)'s connection failed", metadata: ["endpoint": "\(event.address)", "reason": "\(reason)"])
            }
        }
    }

    /// A text that is made of what has just been looked at.
    private static func upToDate(
        _ text: @escaping @Sendable () -> String, _ sample: @escaping @Sendable () async -> Void
    ) -> @Sendable () async -> String {
        {
            await sample()
            return text()
        }
    }

    private static func repeatedly(_ sample: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task {
            while !Task.isCancelled {
                await sample()
                try? await Task.sleep(for: .seconds(5))
            }
        }
    }
}
