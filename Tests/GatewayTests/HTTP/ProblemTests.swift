import Foundation
import Gateway
import SwiftZMQ
import Testing
import WorkerProtocol

@Suite(.timeLimit(.minutes(5))) struct `Answers of the gateway's own` {
    @Test(arguments: GatewayFailure.allCases)
    func `say what the broker reported`(_ failure: GatewayFailure) async throws {
        let dispatcher = FakeDispatcher { request, dispatcher in dispatcher.send(.failure(failure), for: request) }
        try await withServer(dispatcher) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\nX-Request-Id: a\"b\\c\r\n\r\n")
            let response = try await client.response()
            #expect(response.status == failure.status)
            #expect(response["content-type"] == "application/problem+json")
            #expect(response["x-request-id"] == "a\"b\\c")
            #expect(response.has("retry-after") == (failure.status == 503))
            #expect(response.has("date"))
            let document = try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any]
            #expect(document?["type"] as? String == "about:blank")
            #expect(document?["title"] as? String == response.reason)
            #expect(document?["status"] as? Int == failure.status)
            #expect((document?["detail"] as? String)?.isEmpty == false)
            #expect(document?["code"] as? String == failure.rawValue)
            #expect(document?["request_id"] as? String == "a\"b\\c")
            try await client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await client.response(isHead: true).status == failure.status)
            #expect(client.received.isEmpty)
            await client.close()
        }
    }

    @Test(arguments: [
        ("text/plain", true), ("text/plain, */*;q=0.5", true), ("text/*", true), ("*/*", false), ("", false),
        ("application/json, text/plain;q=0.9", false), ("text/html,application/xml;q=0.9,*/*;q=0.8", false),
        ("text/plain;q=0", false), ("TEXT/PLAIN;Q=0.7, application/problem+json;q=0.6", true),
        ("application/problem+json;q=0.1, application/*, text/plain;q=0.2", true),
    ])
    func `are text where the client prefers it`(_ accept: String, _ isText: Bool) throws {
        let connection = try EmbeddedConnection()
        try connection.send("GET /none HTTP/1.1\r\nHost: h\r\nAccept: \(accept)\r\n\r\n")
        let response = try #require(try connection.responses().responses.first)
        #expect(response.status == 404)
        #expect(response["content-type"] == (isText ? "text/plain; charset=utf-8" : "application/problem+json"))
        #expect(response.text.contains("unknown-service"))
    }

    @Test(arguments: [
        ("HEAD /%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400), ("HEAD /a HTTP/1.1\r\n\r\n", 400),
        ("HEAD /a HTTP/2.0\r\nHost: h\r\n\r\n", 505),
        ("HEAD /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: h\r\n\r\n", 414),
    ])
    func `to HEAD have no body, whatever is wrong with the request`(_ head: String, _ status: Int) throws {
        let connection = try EmbeddedConnection()
        try connection.send(head)
        let (responses, rest) = try connection.responses(isHead: true)
        #expect(responses.map(\.status) == [status])
        #expect(rest.isEmpty)
        #expect(!connection.isOpen)
    }

    @Test(arguments: ["CONNECT h:1", "TRACE /a", "OPTIONS *"])
    func `name the methods there are`(_ start: String) throws {
        let connection = try EmbeddedConnection()
        try connection.send("\(start) HTTP/1.1\r\nHost: h:1\r\n\r\n")
        let response = try #require(try connection.responses().responses.first)
        #expect(response["allow"]?.contains("GET") == true)
        #expect(connection.isOpen == !start.hasPrefix("CONNECT"))
    }

    @Test func `wait for the answers before them`() throws {
        let connection = try EmbeddedConnection()
        try connection.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /a HTTP/1.1\r\n\r\n")
        #expect(try connection.responses().responses.isEmpty)
        connection.deliver(.reply(.plainText, body: "x"), for: try #require(connection.dispatcher.submitted.first))
        #expect(try connection.responses().responses.map(\.status) == [200, 400])
        #expect(!connection.isOpen)
    }

    @Test func `leave a worker's own date and server, and not its request id`() throws {
        var settings = HTTPSettings()
        settings.serverName = "gateway"
        let connection = try EmbeddedConnection(settings: settings)
        try connection.send(
            "GET /a HTTP/1.1\r\nHost: h\r\nX-Request-Id: mine\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        let fields = [
            ReplyHead.Field(name: "Date", value: "then"), .init(name: "SERVER", value: "w"),
            .init(name: "X-Request-ID", value: "other"),
        ]
        let requests = connection.dispatcher.submitted
        try #require(requests.count == 2)
        connection.deliver(.reply(ReplyHead(status: 201, fields: fields), body: ""), for: requests[0])
        connection.deliver(.reply(ReplyHead(status: 204, reason: "Nothing"), body: "dropped"), for: requests[1])
        let responses = try connection.responses().responses
        try #require(responses.count == 2)
        #expect(responses[0]["date"] == "then")
        #expect(responses[0]["server"] == "w")
        #expect(responses[0]["x-request-id"] == "mine")
        #expect(responses[0]["content-length"] == "0")
        #expect(responses[0].reason == "Created")
        #expect(responses[1]["server"] == "gateway")
        #expect(responses[1].reason == "Nothing")
        #expect(!responses[1].has("content-length"))
    }
}
