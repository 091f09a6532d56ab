import GatewayWorker
import HTTPTypes
import Logging
import ProcessSupport
import SwiftZMQ
import Testing
import WorkerProtocol

@Suite(.timeLimit(.minutes(5))) struct ServingTests {
    @Test func `A worker registers its service with what it asks for`() async throws {
        let gateway = try FakeGateway()
        let worker = GatewayWorker(
            service: "greet", endpoints: [gateway.endpoint], configuration: .patient(7), handler: { _ in .text("") })
        try await withWorker(worker) { _ in
            guard case .ready(let service, let properties) = try await gateway.receive().command else {
                Issue.record("the first command is not READY")
                return
            }
            #expect(service == "greet")
            #expect(properties.concurrency == 7)
            #expect(properties.wantsCancel && properties.wantsCredit && properties.mayDrain)
        }
    }

    @Test func `A handler sees the request and its answer goes back`() async throws {
        let gateway = try FakeGateway()
        let worker = GatewayWorker(service: "greet", endpoints: [gateway.endpoint], configuration: .patient()) {
            request in
            #expect(request.method == .post)
            #expect(request.target == "/greet/a%20b?c=d?e")
            #expect(request.path == "/greet/a%20b")
            #expect(request.query == "c=d?e")
            #expect(request.requestID == "test-1")
            #expect(request[.accept] == "text/html")
            #expect(request.head.authority == "example.com")
            #expect(request.head.scheme == "https")
            #expect(request.head.path == "/greet/a%20b?c=d?e")
            #expect(request.head.headerFields[values: .cookie] == ["a=1", "b=2"])
            #expect(!request.head.headerFields.contains { $0.name.canonicalName == "host" })
            #expect(request.body == "the body")
            var response = WorkerResponse.json(#"{"a":1}"#, status: .created)
            response.headerFields[values: .setCookie] = ["x=1", "y=2"]
            return response
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            let fields = "x-forwarded-proto: https\r\naccept: text/html\r\ncookie: a=1\r\ncookie: b=2\r\n"
            try await gateway.request(
                "1", "POST /greet/a%20b?c=d?e", fields: fields, body: "the body", to: peer)
            let reply = try await gateway.reply()
            #expect(reply.id == "1")
            #expect(reply.head.status == 201)
            #expect(reply.head.reason == "Created")
            #expect(reply["content-type"] == "application/json")
            #expect(reply.head.fields.filter { $0.name == "set-cookie" }.map(\.value) == ["x=1", "y=2"])
            #expect(reply.body == #"{"a":1}"#)
        }
    }

    @Test(arguments: [true, false])
    func `Requests are worked on at once up to the concurrency`(onSocketThread: Bool) async throws {
        let gateway = try FakeGateway()
        var configuration = GatewayWorker.Configuration.patient(8)
        if onSocketThread { configuration.handlerExecutor = SocketExecutor.shared }
        let arrived = Counter()
        let gate = Gate()
        let worker = GatewayWorker(service: "s", endpoints: [gateway.endpoint], configuration: configuration) { _ in
            // None gets on until all eight are here.
            if await arrived.next() == 8 { gate.open() }
            await gate.wait()
            return .text("done")
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            for number in 0..<8 { try await gateway.request("\(number)", to: peer) }
            var answered: Set<Frame> = []
            for _ in 0..<8 { answered.insert(try await gateway.reply().id) }
            #expect(answered.count == 8)
        }
    }

    @Test func `A request beyond the concurrency is refused and the others are served`() async throws {
        let gateway = try FakeGateway()
        let gate = Gate()
        let worker = GatewayWorker(service: "s", endpoints: [gateway.endpoint], configuration: .patient(2)) { _ in
            await gate.wait()
            return .text("done")
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            for number in 0..<3 { try await gateway.request("\(number)", to: peer) }
            let refused = try await gateway.reply()
            #expect(refused.id == "2")
            #expect(refused.head.status == 503)
            gate.open()
            for _ in 0..<2 { #expect(try await gateway.reply().head.status == 200) }
            try await gateway.request("3", to: peer)
            #expect(try await gateway.reply().head.status == 200)
        }
    }

    @Test func `A second request under the id of the first is not answered`() async throws {
        let gateway = try FakeGateway()
        let gate = Gate()
        let worker = GatewayWorker(service: "s", endpoints: [gateway.endpoint], configuration: .patient(3)) { request in
            if request.path == "/wait" { await gate.wait() }
            return .text(String(request.path))
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.request("1", "GET /wait", to: peer)
            try await gateway.request("1", "GET /other", to: peer)
            try await gateway.request("2", "GET /last", to: peer)
            #expect(try await gateway.reply().body == "/last")
            gate.open()
            #expect(try await gateway.reply().body == "/wait")
        }
    }

    @Test func `A handler that throws is answered for without its reason`() async throws {
        struct Secret: Error, CustomStringConvertible {
            let description = "password hunter2"
        }
        let gateway = try FakeGateway()
        let worker = GatewayWorker(service: "s", endpoints: [gateway.endpoint], configuration: .patient()) { _ in
            throw Secret()
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.request("1", to: peer)
            let reply = try await gateway.reply()
            #expect(reply.head.status == 500)
            #expect(reply["content-type"] == "application/problem+json")
            #expect(!String(reply.body).contains("hunter2"))
            #expect(String(reply.body).contains(#""request_id":"test-1""#))
        }
    }

    @Test func `A problem that a handler throws is shown to the client`() async throws {
        let gateway = try FakeGateway()
        let worker = GatewayWorker(service: "s", endpoints: [gateway.endpoint], configuration: .patient()) { _ in
            throw WorkerProblem(.conflict, code: "taken", detail: "The name \"\u{1}\\\" is taken.")
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.request("1", to: peer)
            let reply = try await gateway.reply()
            #expect(reply.head.status == 409)
            #expect(String(reply.body).contains(#""code":"taken","detail":"The name \"\u0001\\\" is taken.""#))
        }
    }

    @Test func `The cause of a problem stands in the log, and the client does not get it`() async throws {
        let gateway = try FakeGateway()
        let log = RecordingLogHandler()
        let worker = GatewayWorker(
            service: "s", endpoints: [gateway.endpoint], configuration: .patient(),
            logger: Logger(label: "test") { _ in log }
        ) { _ in
            throw WorkerProblem(
                .serviceUnavailable, code: "busy", headerFields: [.retryAfter: "1"], cause: "password hunter2")
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.request("1", to: peer)
            let reply = try await gateway.reply()
            #expect(reply.head.status == 503)
            #expect(reply["retry-after"] == "1")
            #expect(!String(reply.body).contains("hunter2"))
        }
        #expect(log.errors.value == ["the handler failed: password hunter2"])
    }

    @Test(arguments: [101, 199, 600])
    func `A response that cannot be sent becomes a 500`(status: Int) async throws {
        let gateway = try FakeGateway()
        let worker = GatewayWorker(service: "s", endpoints: [gateway.endpoint], configuration: .patient()) { _ in
            WorkerResponse(status: .init(code: status))
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.request("1", to: peer)
            #expect(try await gateway.reply().head.status == 500)
        }
    }

    @Test func `The reply to HEAD names the length and leaves the body out`() async throws {
        let gateway = try FakeGateway()
        let worker = GatewayWorker(service: "s", endpoints: [gateway.endpoint], configuration: .patient()) { _ in
            .text("twelve bytes")
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.request("1", "HEAD /", to: peer)
            let reply = try await gateway.reply()
            #expect(reply.head.contentLength == 12)
            #expect(reply.body.isEmpty)
        }
    }

    @Test func `Several gateways are served by one worker`() async throws {
        let gateways = try (0..<3).map { _ in try FakeGateway() }
        let worker = GatewayWorker(service: "s", endpoints: gateways.map(\.endpoint), configuration: .patient()) {
            .text(String($0.path))
        }
        try await withWorker(worker) { _ in
            var peers: [Frame] = []
            for gateway in gateways { peers.append(try await gateway.accept()) }
            for (number, gateway) in gateways.enumerated() {
                try await gateway.request("1", "GET /\(number)", to: peers[number])
            }
            for (number, gateway) in gateways.enumerated().reversed() {
                #expect(try await gateway.reply().body == Frame("/\(number)"))
            }
        }
    }
}

/// Keeps the errors that are logged.
private struct RecordingLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.error
    let errors = Watched<[String]>([])

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        errors.change { $0.append("\(event.message): \(event.metadata?["error"]?.description ?? "")") }
    }
}
