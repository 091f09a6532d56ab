import Logging
import SwiftZMQ
import Testing

@testable import Gateway

/// What the thread of the dispatch does with its socket, and tells the front.
@Suite(.timeLimit(.minutes(5))) struct BrokerLoopTests {
    private func loop(
        _ context: Context, _ services: ServiceDirectory = ServiceDirectory(),
        _ change: (inout BrokerConfiguration) -> Void = { _ in }
    ) throws -> BrokerLoop {
        var configuration = BrokerConfiguration()
        change(&configuration)
        return try BrokerLoop(
            context: context, endpoints: ["tcp://127.0.0.1:*"], configuration: configuration, services: services,
            sinks: [], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Nobody can have connected unheard.
    @Test func `What happens to connections is heard of from before the socket is bound`() async throws {
        let context = try Context()
        let broker = try loop(context)
        var events = broker.events.makeAsyncIterator()
        let first = await events.next()
        #expect(first?.kind == .listening)
        await broker.stop()
        await context.shutdown()
    }

    @Test func `A name that makes room for another is forgotten by the front as well`() async throws {
        let context = try Context()
        let services = ServiceDirectory()
        let broker = try loop(context, services) { $0.serviceLimit = 2 }
        let worker = try Dealer(context) { $0.linger = .zero }
        try worker.connect(try #require(broker.endpoints.first))
        for name in ["one", "two", "three"] {
            try await worker.send(["MDPW02", "\u{1}", Frame(name)])
            while !services.contains(name) { await Task.yield() }
            #expect(services.contains("one") || name == "three")
            try await worker.send(["MDPW02", "\u{6}"])
        }
        while services.contains("one") { await Task.yield() }
        #expect(services.all == ["two", "three"])
        await broker.stop()
        await context.shutdown()
    }
}
