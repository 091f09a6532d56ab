import Gateway
import NIOCore
import NIOPosix
import SwiftZMQ
import Testing
import WorkerProtocol

@Suite(.timeLimit(.minutes(5))) struct `Routes of a running server` {
    @Test func `decide about service, timeout, retries and body, and can be replaced`() async throws {
        let router = RequestRouter(routes: [
            Route(
                path: "/api", methods: ["POST"], service: "orders", timeout: .seconds(3), maximumBodySize: 2, retries: 7
            )
        ])
        let dispatcher = FakeDispatcher.answering()
        try await withServer(dispatcher, router: router, services: []) { server, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("POST /api/x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab")
            #expect(try await client.response().status == 200)
            let request = await dispatcher.request()
            #expect(request.service == "orders" && request.timeout == .seconds(3) && request.retries == 7)
            try await client.send("GET /api HTTP/1.1\r\nHost: h\r\n\r\n")
            let refusal = try await client.response()
            #expect(refusal.status == 405 && refusal["allow"] == "POST")
            server.setRouter(RequestRouter(routes: [Route(path: "/api", service: "other")]))
            try await client.send("GET /api HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await client.response().status == 200)
            #expect(await dispatcher.request().service == "other")
            server.setRouter(router)
            try await client.send("POST /api/x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
            #expect(try await client.response().status == 413)
            try await client.end()
        }
    }

    @Test func `a service is reached as soon as it is known`() async throws {
        let directory = ServiceDirectory()
        let server = HTTPServer(group: .singleton, services: directory)
        let dispatcher = FakeDispatcher.answering()
        dispatcher.attach(server.replySinks)
        let addresses = try await server.start(on: [ListenAddress(host: "127.0.0.1", port: 0)], dispatcher: dispatcher)
        let client = try await RawClient.connect(to: try #require(addresses.first?.port))
        for (name, status) in [("", 404), ("default", 200), ("greet", 200)] {
            if !name.isEmpty { directory.insert(name) }
            try await client.send("GET /greet HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await client.response().status == status)
            if !name.isEmpty { #expect(await dispatcher.request().service == name) }
        }
        await client.close()
        await server.stop()
    }
}
