#if HummingbirdWorker
import GatewayWorker
import Hummingbird
import HummingbirdWorker
import NIOHTTP1
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(5))) struct ServiceTests {
    @Test func `A service answers what it has at its graceful shutdown, and ends`() async throws {
        let begun = Signal()
        let router = Router()
        router.get("/") { _, _ in
            begun.send()
            // Handlers see the shutdown that their worker waits for them in.
            try await gracefulShutdown()
            return "finished"
        }
        try await Shop.open { shop in
            let worker = GatewayWorker(
                service: "shop", endpoints: shop.endpoints, configuration: .patient, logger: .quiet,
                responder: router.buildResponder())
            let group = ServiceGroup(services: [worker], logger: .quiet)
            let running = Task { try await group.run() }
            let exchange = try await shop.begin(.GET, "/")
            await begun.wait()
            await group.triggerGracefulShutdown()
            #expect(try await exchange.head().status == .ok)
            #expect(try await exchange.text() == "finished")
            try await running.value
        }
    }

    @Test func `A service that cannot begin fails its group`() async throws {
        let worker = GatewayWorker(
            service: "mmi.service", endpoints: ["tcp://127.0.0.1:9"], logger: .quiet,
            responder: Router().buildResponder())
        await #expect(throws: (any Error).self) { try await worker.runService(gracefulShutdownSignals: []) }
    }
}
#endif
