import NIOCore
import SwiftZMQ
import Testing
import WorkerProtocol

@testable import Gateway

/// One request and its answer, with values alone.
@Suite struct `An exchange` {
    private static func rules(_ change: (inout HTTPSettings) -> Void = { _ in }, routes: [Route] = []) -> FrontRules {
        var settings = HTTPSettings()
        change(&settings)
        return FrontRules(
            loop: 3, settings: settings, router: Published(RequestRouter(routes: routes)),
            services: ServiceDirectory(["a"]), isObserved: true, wantsTargets: true)
    }

    private static func exchange(_ head: String, _ rules: FrontRules) throws -> HTTPExchange {
        var parser = RequestHeadParser()
        var input = ByteBuffer(string: head + "\r\n")
        let request = try #require(try parser.parse(&input, limits: rules.limits))
        let peer = RequestPeer(try SocketAddress(ipAddress: "192.0.2.1", port: 9))
        let origin = HTTPExchange.Origin(peer: peer, scheme: "https", listenerAddress: "192.0.2.2:443")
        return HTTPExchange(request, from: origin, rules, at: .now())
    }

    private static func submitted(_ exchange: inout HTTPExchange, _ rules: FrontRules) throws -> GatewayRequest {
        guard case .submit(let request) = exchange.receive(.complete(Frame()), rules, at: .now()) else {
            throw Missing()
        }
        return request
    }

    private struct Missing: Error {}

    @Test func `goes to the service of its path, with what the settings and the route say`() throws {
        let rules = Self.rules(routes: [Route(path: "/r/", service: "routed", timeout: .seconds(7), retries: 0)])
        var exchange = try Self.exchange("GET /a/x HTTP/1.1\r\nHost: h\r\n", rules)
        var request = try Self.submitted(&exchange, rules)
        #expect(request.service == "a" && request.timeout == .seconds(30) && request.retries == 2)
        #expect(request.id.loop == 3 && exchange.id == request.id)
        #expect(request.values(of: "x-forwarded-proto") == ["https"])
        exchange = try Self.exchange("POST /r HTTP/1.1\r\nHost: h\r\n", rules)
        request = try Self.submitted(&exchange, rules)
        #expect(request.service == "routed" && request.timeout == .seconds(7) && request.retries == 0)
        #expect(!request.isIdempotent)
    }

    @Test(arguments: [
        ("GET /none", 404), ("TRACE /a", 405), ("CONNECT h:1", 405), ("OPTIONS *", 204),
    ])
    func `is answered where nobody is to have it`(_ start: String, _ status: Int) throws {
        let rules = Self.rules()
        var exchange = try Self.exchange("\(start) HTTP/1.1\r\nHost: h:1\r\n", rules)
        guard case .none = exchange.receive(.complete(Frame()), rules, at: .now()) else { throw Missing() }
        let answers = [exchange.takeAnswer(), exchange.takeAnswer()]
        #expect(answers[0]?.0.status == status)
        #expect(answers[1] == nil)
        let records = [exchange.finished(.answered, at: .now()), exchange.finished(.answered, at: .now())]
        #expect(records[0]?.status == status && records[0]?.service == nil)
        #expect(records[1] == nil)
    }

    @Test func `leaves the body out of the answer to a HEAD, and has the worker stop`() throws {
        let rules = Self.rules()
        var exchange = try Self.exchange("HEAD /a HTTP/1.1\r\nHost: h\r\n", rules)
        let request = try Self.submitted(&exchange, rules)
        let event = ReplyEvent.begin(ReplyHead(status: 200, contentLength: 9), piece: "abc")
        guard case .respond(let start, let body) = exchange.receive(.reply(event), rules, at: .now()) else {
            throw Missing()
        }
        #expect(start.length == .bodyless(named: 9) && body.isEmpty)
        let ids = [exchange.takeUnansweredID(), exchange.takeUnansweredID()]
        #expect(ids == [request.id, nil])
    }

    @Test(arguments: [204, 304]) func `leaves out what a status has no place for`(_ status: Int) throws {
        let rules = Self.rules()
        var exchange = try Self.exchange("GET /a HTTP/1.1\r\nHost: h\r\n", rules)
        _ = try Self.submitted(&exchange, rules)
        let event = ReplyEvent.reply(ReplyHead(status: status), body: "abc")
        guard case .respond(let start, let body) = exchange.receive(.reply(event), rules, at: .now()) else {
            throw Missing()
        }
        #expect(start.length == .bodyless(named: nil) && body.isEmpty)
        let id = exchange.takeUnansweredID()
        #expect(id == nil)
    }

    @Test func `tells the broker what the client has taken, a quarter of what may wait at a time`() throws {
        let rules = Self.rules { $0.responseBuffer = 100 }
        var exchange = try Self.exchange("GET /a HTTP/1.1\r\nHost: h\r\n", rules)
        _ = try Self.submitted(&exchange, rules)
        let piece = Frame([UInt8](repeating: 0, count: 60))
        _ = exchange.receive(.reply(.begin(ReplyHead(status: 200), piece: piece)), rules, at: .now())
        let room = [exchange.hasRoom(for: 40, waiting: 60, rules), exchange.hasRoom(for: 41, waiting: 60, rules)]
        #expect(room == [true, false])
        var reported: [Int] = []
        for waiting in [60, 40, 30, 35, 0] { reported.append(exchange.noteTaken(allBut: waiting, rules)) }
        #expect(reported == [0, 0, 30, 0, 30])
        // What once counted as taken does so for good.
        let hasRoom = exchange.hasRoom(for: 1000, waiting: 60, rules)
        #expect(hasRoom)
    }

    @Test func `is told of as it ended`() throws {
        let rules = Self.rules()
        var exchange = try Self.exchange("GET /a?q HTTP/1.1\r\nHost: h\r\nX-Request-Id: i\r\n", rules)
        _ = try Self.submitted(&exchange, rules)
        _ = exchange.receive(.reply(.failure(.noWorker)), rules, at: .now())
        let taken = exchange.takeAnswer()
        let (answer, document) = try #require(taken)
        #expect(answer.status == 503)
        exchange.noteWritten(document.count)
        let finished = exchange.finished(.answered, at: .now())
        let record = try #require(finished)
        #expect(record.requestID == "i" && record.method == "GET" && record.target == "/a?q" && record.service == "a")
        #expect(record.failure == .noWorker && record.status == 503 && record.bytesOut == document.count)
        #expect(record.client == "192.0.2.1")
    }
}
