import NIOCore
import SwiftZMQ
import Testing

@testable import Gateway

struct TopicRequestTests {
    private static let route = Route(path: "/events/", destination: .topics(TopicSource(endpoints: ["tcp://a:1"])))
    private static let ingest = Route(
        path: "/ingest/", destination: .messages(MessageTarget(.publish, endpoints: ["tcp://127.0.0.1:*"])),
        maximumBodySize: 5)
    private static let single = Route(
        path: "/single", destination: .messages(MessageTarget(.push, endpoints: ["tcp://127.0.0.1:1"], format: .single))
    )

    private static func rules() -> FrontRules {
        FrontRules(
            loop: 0, settings: HTTPSettings(),
            router: Published(RequestRouter(routes: [route, ingest, single])), services: ServiceDirectory(),
            isObserved: true, wantsTargets: true)
    }

    /// What becomes of a request: what is submitted, or the status of the answer.
    private static func outcome(
        _ start: String, _ fields: String..., body: String = ""
    ) throws -> (request: GatewayRequest?, status: Int?) {
        let rules = rules()
        var parser = RequestHeadParser()
        let head = (["\(start) HTTP/1.1", "host: h"] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
        var input = ByteBuffer(string: head)
        let request = try #require(try parser.parse(&input, limits: rules.limits))
        let peer = RequestPeer(try SocketAddress(ipAddress: "192.0.2.1", port: 9))
        let origin = HTTPExchange.Origin(peer: peer, scheme: "http", listenerAddress: "192.0.2.2:80")
        var exchange = HTTPExchange(request, from: origin, rules, at: .now())
        if case .submit(let submitted) = exchange.receive(.complete(Frame(body)), rules, at: .now()) {
            return (submitted, nil)
        }
        return (nil, exchange.takeAnswer()?.0.status)
    }

    private static func topics(_ start: String, _ fields: String...) throws -> TopicRequest {
        let request: GatewayRequest?
        switch fields.count {
        case 0: request = try outcome(start).request
        case 1: request = try outcome(start, fields[0]).request
        default: request = try outcome(start, fields[0], fields[1]).request
        }
        guard case .topics(let topics) = request?.destination else { throw Missing() }
        return topics
    }

    private struct Missing: Error {}

    @Test(arguments: [
        ("/events/10001", ["10001"]), ("/events", [""]), ("/events/", [""]), ("/events/a/b", ["a/b"]),
        ("/events/a%2Fb%20c", ["a/b c"]), ("/events/?topic=a&topic=b", ["a", "b"]), ("/events/c?topic=a", ["a", "c"]),
        ("/events/?topic=", [""]), ("/events/?topic=a%20b+c&x=y&topic", [""]), ("/events/?topic=ab&topic=a", ["a"]),
        ("/events/?topic=%C3%A4+%2B", ["ä +"]), ("/events/?other=1", [""]), ("/events/a?topic=a", ["a"]),
        ("/events//a", ["/a"]),
    ])
    func `The rest of the path and the query say which topics`(target: String, prefixes: [String]) throws {
        let topics = try Self.topics("GET \(target)")
        #expect(topics.prefixes.map { String(decoding: $0, as: UTF8.self) } == prefixes)
        #expect(topics.route == "/events/" && topics.position == .now && !topics.isHead)
    }

    @Test func `The field says where the client was, and overrides the query`() throws {
        #expect(try Self.topics("GET /events", "last-event-id: 12").position == .after(12))
        #expect(try Self.topics("GET /events?last-event-id=12").position == .after(12))
        #expect(try Self.topics("GET /events?last-event-id=11", "Last-Event-ID: 12").position == .after(12))
        #expect(try Self.topics("GET /events", "last-event-id:").position == .now)
        #expect(try Self.topics("GET /events?last-event-id=12", "last-event-id:").position == .after(12))
        #expect(try Self.topics("GET /events", "last-event-id: 0").position == .after(0))
        for text in ["x", "-1", "+1", "01", "1.0", "18446744073709551616", "1-2"] {
            #expect(try Self.topics("GET /events", "last-event-id: \(text)").position == .unreadable, "\(text)")
        }
        #expect(
            try Self.topics("GET /events", "last-event-id: 1", "last-event-id: 1").position == .unreadable)
    }

    @Test(arguments: [
        ("text/event-stream", true), ("*/*", true), ("text/*", true), ("TEXT/Event-Stream;q=0.1", true),
        ("text/html, text/event-stream", true), ("text/html", false), ("application/json", false),
        ("text/event-stream;q=0", false), ("text/event-stream;q=0, */*", false), ("*/*;q=0.1, text/html", true),
        ("text/*;q=0, */*", false), ("", true),
    ])
    func `A client has to accept the stream`(accept: String, isServed: Bool) throws {
        let (request, status) = try Self.outcome("GET /events", "accept: \(accept)")
        #expect((request != nil) == isServed && status == (isServed ? nil : 406))
    }

    @Test func `Other methods are refused, and HEAD asks for the head`() throws {
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
            #expect(try Self.outcome("\(method) /events").status == 405)
        }
        for method in ["GET", "HEAD", "PUT", "DELETE"] {
            #expect(try Self.outcome("\(method) /ingest/a").status == 405)
        }
        #expect(try Self.topics("HEAD /events").isHead)
        #expect(try Self.outcome("GET /events", "expect: x").status == 417)
    }

    @Test func `What waits for a reader is known before it is the whole buffer`() throws {
        #expect(try Self.outcome("GET /events").request?.streamCredit == 64 << 10)
    }

    @Test func `The rest of the path is the topic of a message, and the body its payload`() throws {
        func message(_ start: String) throws -> Message {
            let request = try Self.outcome(start, "content-length: 2", body: "42").request
            guard case .messages(let publication) = request?.destination, let body = request?.body else {
                throw Missing()
            }
            return publication.message(body)
        }
        #expect(try message("POST /ingest/a/b%20c") == ["a/b c", "42"])
        #expect(try message("POST /ingest") == ["", "42"])
        #expect(try message("POST /single/a%2Fb") == ["a/b 42"])
        for target in ["/single", "/single/", "/single/a%20b", "/single/a%09b"] {
            #expect(try Self.outcome("POST \(target)", "content-length: 0").status == 400, "\(target)")
        }
    }
}
