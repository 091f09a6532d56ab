public import Logging
public import Metrics
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import SwiftZMQ

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
    /// Where health, metrics and workers are shown, with the real port where 0 was asked for; nil where nowhere.
    public var adminAddress: ListenAddress? { admin?.address }
    /// The dispatch.
    public let broker: BrokerLoop

    private let context: Context
    private let group: MultiThreadedEventLoopGroup
    private let server: HTTPServer
    private let admin: AdminServer?
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
    /// - Throws: ``GatewayStartError`` naming the address that cannot be bound; then nothing stays bound.
    public init(
        _ configuration: GatewayConfiguration, logger: Logger, observer: (any RequestObserver)? = nil,
        metrics: any MetricsFactory = MetricsSystem.factory, metricsText: (@Sendable () -> String)? = nil
    ) async throws {
        let state = NIOLockedValueBox(State(drainTimeout: configuration.drainTimeout))
        self.state = state
        let metrics = GatewayMetrics(metrics)
        let router = RequestRouter(routes: configuration.routes)
        var brokerConfiguration = configuration.broker
        brokerConfiguration.services.formUnion(router.services)
        brokerConfiguration.reportsHandling = observer?.wantsHandling ?? false
        let services = ServiceDirectory()
        context = try Context()
        group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoops)
        let server = HTTPServer(
            group: group, settings: configuration.http, router: router, services: services, observer: observer,
            metrics: metrics)
        self.server = server
        let broker: BrokerLoop
        do {
            broker = try BrokerLoop(
                context: context, endpoints: configuration.workers, maximumMessage: configuration.maximumReply,
                configuration: brokerConfiguration, services: services, sinks: server.replySinks, logger: logger)
        } catch let error as ZMQError {
            await context.shutdown()
            try? await group.shutdownGracefully()
            throw GatewayStartError(worker: error)
        }
        self.broker = broker
        let sample: @Sendable () async -> Void = {
            guard let snapshot = await broker.snapshot() else { return }
            metrics.sample(snapshot, connections: server.connectionCount)
        }
        let pages = AdminPages(
            isHealthy: { !broker.hasEnded || state.withLockedValue { $0.isDraining } },
            isReady: { !broker.hasEnded && !state.withLockedValue { $0.isDraining } },
            metrics: metricsText.map { Self.upToDate($0, sample) },
            snapshot: { await broker.snapshot() })
        do {
            httpAddresses = try await Self.listen(server, configuration.listen, broker)
            admin = try await Self.listen(configuration.admin, group, pages)
        } catch {
            await server.stop()
            await broker.stop()
            await context.shutdown()
            try? await group.shutdownGracefully()
            throw error
        }
        watching = [
            Self.watchHandshakes(broker.router.events, metrics, logger),
            // A backend that is not asked has to be told from time to time.
            metricsText == nil && !(metrics.factory is NOOPMetricsHandler) ? Self.repeatedly(sample) : nil,
        ].compactMap { $0 }
    }

    /// Takes another configuration while it serves: the routes, and all limits and times that can change.
    ///
    /// Requests whose heads have been read keep to the old one. The addresses, ``GatewayConfiguration/maximumReply``,
    /// ``GatewayConfiguration/eventLoops``, ``HTTPSettings/responseBuffer`` and ``BrokerConfiguration/heartbeat`` stay as
    /// they were.
    public func apply(_ configuration: GatewayConfiguration) async {
        state.withLockedValue { $0.drainTimeout = configuration.drainTimeout }
        let router = RequestRouter(routes: configuration.routes)
        var brokerConfiguration = configuration.broker
        brokerConfiguration.services.formUnion(router.services)
        // First where requests go to, then what sends them there.
        broker.reconfigure(brokerConfiguration)
        await server.setSettings(configuration.http)
        server.setRouter(router)
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
        let isClean = await server.drain(within: timeout)
        await stopWorkers()
        await broker.stop()
        await end()
        return isClean
    }

    /// Ends at once.
    public func stop() async {
        state.withLockedValue { $0.isDraining = true }
        await server.stop()
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
    private static func listen(
        _ server: HTTPServer, _ addresses: [ListenAddress], _ broker: BrokerLoop
    ) async throws -> [ListenAddress] {
        do {
            let bound = try await server.start(on: addresses, dispatcher: broker)
            return zip(bound, addresses).map { ListenAddress(host: $1.host, port: $0.port ?? $1.port) }
        } catch let error as IOError {
            throw GatewayStartError(addresses: addresses, option: "--listen", error: error)
        }
    }

    private static func listen(
        _ address: ListenAddress?, _ group: MultiThreadedEventLoopGroup, _ pages: AdminPages
    ) async throws -> AdminServer? {
        guard let address else { return nil }
        do {
            return try await AdminServer(on: address, group: group, pages: pages)
        } catch let error as IOError {
            throw GatewayStartError(addresses: [address], option: "--admin", error: error)
        }
    }

    /// Counts and logs connections of workers that fail before they stand, until the socket is closed.
    private static func watchHandshakes(
        _ events: SocketEvents, _ metrics: GatewayMetrics, _ logger: Logger
    ) -> Task<Void, Never> {
        Task {
            for await event in events {
                guard case .handshakeFailed(let reason) = event.kind else { continue }
                metrics.handshakeFailed()
                logger.warning(
                    "a worker's connection failed", metadata: ["endpoint": "\(event.address)", "reason": "\(reason)"])
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
