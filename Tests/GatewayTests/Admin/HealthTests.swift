import Logging
import Testing

@testable import Gateway

/// A gateway of which a part has failed, while the process goes on.
@Suite(.timeLimit(.minutes(5))) struct HealthTests {
    private static var configuration: GatewayConfiguration {
        var configuration = GatewayConfiguration()
        configuration.listen = [ListenAddress(host: "127.0.0.1", port: 0)]
        configuration.workers = ["tcp://127.0.0.1:*"]
        configuration.clients = ["tcp://127.0.0.1:*"]
        configuration.admin = ListenAddress(host: "127.0.0.1", port: 0)
        configuration.eventLoops = 1
        return configuration
    }

    private func health(of gateway: Gateway) async throws -> RawResponse {
        let client = try await RawClient.connect(to: try #require(gateway.adminAddress).port)
        try await client.send("GET /healthz HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n")
        return try await client.response()
    }

    @Test func `A gateway whose topic streams have failed is not healthy`() async throws {
        let gateway = try await Gateway(Self.configuration, logger: Logger(label: "test"))
        #expect(try await health(of: gateway).status == 200)
        await gateway.streams.stop()
        let ill = try await health(of: gateway)
        #expect(ill.status == 503 && ill.text == "the topic streams have ended\n")
        await #expect(throws: GatewayStartError.self) { try await gateway.apply(Self.configuration) }
        await gateway.stop()
    }

    @Test func `A gateway that serves its MDP clients no more is not healthy`() async throws {
        let gateway = try await Gateway(Self.configuration, logger: Logger(label: "test"))
        #expect(try await health(of: gateway).status == 200)
        await gateway.clients?.drain(within: .zero)
        let ill = try await health(of: gateway)
        #expect(ill.status == 503 && ill.text == "MDP clients are served no more\n")
        await gateway.stop()
    }
}
