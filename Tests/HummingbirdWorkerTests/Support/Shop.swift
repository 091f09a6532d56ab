#if HummingbirdWorker
import Gateway
import GatewayWorker
import Hummingbird
import HummingbirdWorker
import Logging
import NIOHTTP1
import Testing

/// A gateway all of whose requests go to the service `shop`.
struct Shop {
    let gateway: Gateway

    var port: Int {
        get throws { try #require(gateway.httpAddresses.first?.port) }
    }

    var endpoints: [String] { gateway.workerEndpoints }

    /// Opens the gateway while a body runs.
    static func open(
        streamIdleTimeout: Duration = .seconds(300), _ body: (Shop) async throws -> Void
    ) async throws {
        var configuration = GatewayConfiguration()
        configuration.listen = [ListenAddress(host: "127.0.0.1", port: 0)]
        configuration.workers = ["tcp://127.0.0.1:*"]
        configuration.routes = [Route(path: "/", service: "shop")]
        // No test is about time, and a machine may be slow: the first request waits for the worker to register, and
        // nobody is given up.
        configuration.broker.workerGrace = .seconds(300)
        configuration.broker.heartbeat = .seconds(60)
        configuration.broker.streamIdleTimeout = streamIdleTimeout
        configuration.http.requestTimeout = .seconds(300)
        configuration.http.maximumBodySize = 8 << 20
        let gateway = try await Gateway(configuration, logger: .quiet)
        do {
            try await body(Shop(gateway: gateway))
        } catch {
            await gateway.stop()
            throw error
        }
        await gateway.stop()
    }

    /// Opens a gateway and serves with a router while a body runs.
    static func serve<Context: RequestContext>(
        _ router: Router<Context>, streamIdleTimeout: Duration = .seconds(300),
        _ body: (Shop) async throws -> Void
    ) async throws where Context.Source: WorkerContextSource {
        try await open(streamIdleTimeout: streamIdleTimeout) { shop in
            let worker = GatewayWorker(
                service: "shop", endpoints: shop.endpoints, configuration: .patient, logger: .quiet,
                responder: router.buildResponder())
            try await shop.serve(with: worker, body)
        }
    }

    /// Serves with a worker while a body runs.
    func serve(with worker: GatewayWorker, _ body: (Shop) async throws -> Void) async throws {
        let serving = Task { try await worker.run() }
        do {
            try await body(self)
        } catch {
            serving.cancel()
            _ = await serving.result
            throw error
        }
        serving.cancel()
        try await serving.value
    }

    /// Begins a request.
    func begin(
        _ method: HTTPMethod, _ target: String, fields: HTTPHeaders = [:], body: String? = nil
    ) async throws -> HTTPExchange {
        try await HTTPExchange(port, method, target, fields: fields, body: body)
    }

    struct Answer {
        let head: HTTPResponseHead
        let text: String

        var status: Int { Int(head.status.code) }
        subscript(name: String) -> String? { head.headers.first(name: name) }
    }

    /// Sends a request and waits for the whole answer.
    func ask(
        _ method: HTTPMethod, _ target: String, fields: HTTPHeaders = [:], body: String? = nil
    ) async throws -> Answer {
        let exchange = try await begin(method, target, fields: fields, body: body)
        return Answer(head: try await exchange.head(), text: try await exchange.text())
    }
}

extension GatewayWorker.Configuration {
    /// Several requests at once, and nobody is given up.
    static var patient: Self {
        var configuration = Self(concurrency: 8)
        configuration.heartbeatInterval = .seconds(60)
        configuration.initialReconnectDelay = .milliseconds(1)
        configuration.drainTimeout = .seconds(60)
        return configuration
    }
}

extension Logger {
    /// Tests of failures would fill the log with what they provoke. It keeps metadata, as Hummingbird's contexts demand.
    static let quiet = {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }()
}
#endif
