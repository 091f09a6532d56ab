import Logging
import Metrics
import SwiftZMQ
import Testing

@testable import Gateway

/// The thread that serves MDP clients.
@Suite(.timeLimit(.minutes(5))) struct ClientLoopTests {
    /// Nobody can have connected unheard.
    @Test func `What happens to connections is heard of from before the socket is bound`() async throws {
        let context = try Context()
        let clients = try ClientLoop(
            context: context, endpoints: ["tcp://127.0.0.1:*"], security: .none, loop: 0, maximumMessage: 1 << 20,
            heartbeat: .seconds(1), timeout: .seconds(1), metrics: GatewayMetrics(NOOPMetricsHandler.instance),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        var events = clients.events.makeAsyncIterator()
        let first = await events.next()
        #expect(first?.kind == .listening)
        clients.router.close()
        await context.shutdown()
    }
}
