import Gateway
import NIOConcurrencyHelpers
import Testing

/// Proxies in front of a running server whose word on the client counts, and everybody else.
@Suite(.timeLimit(.minutes(5))) struct `What a proxy says of the client` {
    /// Notes who asked.
    private final class Clients: RequestObserver {
        let arrivals = Arrivals<String>()

        func requestFinished(_ request: borrowing FinishedRequest) {
            let request = copy request
            arrivals.add(request.client)
        }
    }

    private static let fields = """
        X-Forwarded-For: 198.51.100.66, 203.0.113.9\r
        X-Forwarded-Proto: https\r
        X-Forwarded-Host: outer.example\r
        Forwarded: for=203.0.113.9\r\n
        """

    /// The settings of a server with such proxies.
    private static func settings(_ blocks: String...) throws -> HTTPSettings {
        var settings = HTTPSettings()
        settings.trustedProxies = try blocks.map { try #require(AddressBlock($0)) }
        return settings
    }

    @Test func `is believed of those in a block alone, from when the settings say so`() async throws {
        let dispatcher = FakeDispatcher.answering()
        let clients = Clients()
        try await withServer(dispatcher, observer: clients) { server, port in
            let client = try await RawClient.connect(to: port)
            let trusting = try Self.settings("10.0.0.0/8", "127.0.0.0/8")
            for settings in [HTTPSettings(), try Self.settings("10.0.0.0/8", "::/0"), trusting, HTTPSettings()] {
                await server.setSettings(settings)
                try await client.send("GET /a HTTP/1.1\r\nHost: h:1\r\n\(Self.fields)\r\n")
                #expect(try await client.response().status == 200)
                let request = await dispatcher.request()
                let isTrusted = settings == trusting
                #expect(
                    request.values(of: "x-forwarded-for")
                        == [isTrusted ? "198.51.100.66, 203.0.113.9, 127.0.0.1" : "127.0.0.1"])
                #expect(request.values(of: "x-forwarded-proto") == [isTrusted ? "https" : "http"])
                #expect(request.values(of: "x-forwarded-host") == [isTrusted ? "outer.example" : "h:1"])
                #expect(request.values(of: "forwarded") == (isTrusted ? ["for=203.0.113.9"] : []))
                #expect(await clients.arrivals.next() == (isTrusted ? "203.0.113.9" : "127.0.0.1"))
            }
            await client.close()
        }
    }

    /// From the end, as everything before the first address that is not a proxy's may be the client's invention.
    @Test(arguments: [
        ("", "127.0.0.1"), ("X-Forwarded-For: 203.0.113.9\r\n", "203.0.113.9"),
        ("X-Forwarded-For: 203.0.113.9, 10.1.1.1\r\n", "203.0.113.9"),
        ("X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 198.51.100.1 ,10.1.1.1:80,\r\n", "198.51.100.1"),
        ("X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 10.1.1.1\r\n", "203.0.113.9"),
        ("X-Forwarded-For: 10.2.2.2, 10.1.1.1\r\n", "10.2.2.2"),
        ("X-Forwarded-For: 203.0.113.9, unknown, 10.1.1.1\r\n", "10.1.1.1"),
        ("X-Forwarded-For: unknown\r\n", "127.0.0.1"), ("X-Forwarded-For: [2001:db8::7]:1\r\n", "2001:db8::7"),
        ("X-Forwarded-For: \u{FF}\r\n", "127.0.0.1"),
    ])
    func `names the client as the last in the chain who is no proxy`(fields: String, client: String) async throws {
        let clients = Clients()
        let settings = try Self.settings("127.0.0.1", "10.0.0.0/8")
        try await withServer(.answering(), settings: settings, observer: clients) { _, port in
            let connection = try await RawClient.connect(to: port)
            try await connection.send("GET /a HTTP/1.1\r\nHost: h\r\n\(fields)\r\n")
            #expect(try await connection.response().status == 200)
            #expect(await clients.arrivals.next() == client)
            // Who sent what is not understood, or goes nowhere, is known as well.
            try await connection.send("GET /nobody HTTP/1.1\r\nHost: h\r\n\(fields)\r\n")
            #expect(try await connection.response().status == 404)
            #expect(await clients.arrivals.next() == client)
            try await connection.send("nonsense\r\n\r\n")
            #expect(try await connection.response().status == 400)
            #expect(await clients.arrivals.next() == "127.0.0.1")
            await connection.close()
        }
    }
}
