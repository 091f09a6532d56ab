public import Logging
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
    /// The dispatch.
    public let broker: BrokerLoop

    private let drainTimeout: NIOLockedValueBox<Duration>
    private let context: Context
    private let group: MultiThreadedEventLoopGroup
    private let server: HTTPServer

    /// Binds everything and serves from then on.
    ///
    /// - Parameters:
    ///   - configuration: addresses, limits and times.
    ///   - logger: for what operators want to know.
    ///   - observer: learns of every finished request, for an access log.
    /// - Throws: ``GatewayStartError`` naming the address that cannot be bound; then nothing stays bound.
    public init(
        _ configuration: GatewayConfiguration, logger: Logger, observer: (any RequestObserver)? = nil
    ) async throws {
        drainTimeout = NIOLockedValueBox(configuration.drainTimeout)
        let router = RequestRouter(routes: configuration.routes)
        var brokerConfiguration = configuration.broker
        brokerConfiguration.services.formUnion(router.services)
        let services = ServiceDirectory()
        context = try Context()
        group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoops)
        server = HTTPServer(
            group: group, settings: configuration.http, router: router, services: services, observer: observer)
        do {
            broker = try BrokerLoop(
                context: context, endpoints: configuration.workers, maximumMessage: configuration.maximumReply,
                configuration: brokerConfiguration, services: services, sinks: server.replySinks, logger: logger)
        } catch let error as ZMQError {
            await context.shutdown()
            try? await group.shutdownGracefully()
            throw GatewayStartError(worker: error)
        }
        do {
            httpAddresses = try await Self.listen(server, configuration.listen, broker)
        } catch {
            await broker.stop()
            await context.shutdown()
            try? await group.shutdownGracefully()
            throw error
        }
    }

    /// Takes another configuration while it serves: the routes, and all limits and times that can change.
    ///
    /// Requests whose heads have been read keep to the old one. The addresses, ``GatewayConfiguration/maximumReply``,
    /// ``GatewayConfiguration/eventLoops``, ``HTTPSettings/responseBuffer`` and ``BrokerConfiguration/heartbeat`` stay as
    /// they were.
    public func apply(_ configuration: GatewayConfiguration) async {
        drainTimeout.withLockedValue { $0 = configuration.drainTimeout }
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
    /// What is not answered within ``GatewayConfiguration/drainTimeout`` fails.
    ///
    /// - Parameter stopWorkers: stops workers of the caller's own, once every request is answered.
    /// - Returns: whether everything was answered in time.
    @discardableResult
    public func drain(stoppingWorkersBy stopWorkers: () async -> Void = {}) async -> Bool {
        let isClean = await server.drain(within: drainTimeout.withLockedValue { $0 })
        await stopWorkers()
        await broker.stop()
        await end()
        return isClean
    }

    /// Ends at once.
    public func stop() async {
        await server.stop()
        await broker.stop()
        await end()
    }

    private func end() async {
        await context.shutdown()
        try? await group.shutdownGracefully()
    }

    private static func listen(
        _ server: HTTPServer, _ addresses: [ListenAddress], _ broker: BrokerLoop
    ) async throws -> [ListenAddress] {
        do {
            let bound = try await server.start(on: addresses, dispatcher: broker)
            return zip(bound, addresses).map { ListenAddress(host: $1.host, port: $0.port ?? $1.port) }
        } catch let error as IOError {
            throw GatewayStartError(addresses: addresses, error: error)
        }
    }
}
