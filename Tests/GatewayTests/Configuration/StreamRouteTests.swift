import SwiftZMQ
import Testing

@testable import Gateway

/// The routes of a file that are not for services.
struct StreamRouteTests {
    private static func file(_ routes: String) -> ConfigurationFile {
        ConfigurationFile(name: "f", text: "routes:\n" + routes)
    }

    /// As long as the path of a local socket can be.
    private static let longPath = "/" + String(repeating: "p", count: 106)

    @Test(arguments: [
        "tcp://my-host_1.example:5556", "tcp://[fe80::1%eth0]:5556", "tcp://10.0.0.1:0;10.0.0.2:5556", "ipc://@name",
        "ipc://\(longPath)",
    ])
    func `What libzmq can connect to is read`(endpoint: String) {
        #expect(Self.file("  - {path: /a/, subscribe: '\(endpoint)'}\n").problems == [])
    }

    @Test(arguments: [
        "tcp://$PUBLISHER:5556", "tcp://my host:5556", "tcp://_x:5556", "tcp://a/b:5556", "ipc://@",
        "ipc://\(longPath)x",
    ])
    func `What libzmq refuses to connect to is a mistake of the file`(endpoint: String) throws {
        let context = try Context()
        let subscriber = try Subscriber(context) { $0.linger = .zero }
        #expect(throws: ZMQError.self) { try subscriber.connect(endpoint) }
        let problem = "subscribe '\(endpoint)': an endpoint is written tcp://HOST:PORT"
        let problems = Self.file("  - {path: /a/, subscribe: '\(endpoint)'}\n").problems
        #expect(problems.count == 1 && problems[0].description.contains(problem), "\(problems)")
        #expect(problems.first?.description.contains("with a path of at most 107 bytes") == true)
    }

    @Test func `Routes to topics and messages are read`() {
        let file = Self.file(
            """
              - {path: /a/, subscribe: "tcp://127.0.0.1:5556"}
              - path: /b/
                host: H
                subscribe: [tcp://a:1, "tcp://[::1]:2", ipc:///tmp/x]
                history: 0
                origins: [https://Example.com, "http://localhost:8000"]
                methods: GET
              - {path: /c/, host: In.example, publish: "tcp://127.0.0.1:*", max-body: 5}
              - {path: /d/, push: ["tcp://*:1", ipc:///tmp/y], format: single, methods: [POST, PUT]}
              - {path: /e/, push: ["tcp://*:1", ipc:///tmp/y]}
              - {path: /f/, service: s, origins: https://a}
            """)
        #expect(file.problems == [])
        #expect(
            file.routes == [
                Route(
                    path: "/a/", destination: .topics(TopicSource(endpoints: ["tcp://127.0.0.1:5556"], history: 256))),
                Route(
                    path: "/b/", host: "h", methods: ["GET"],
                    destination: .topics(
                        TopicSource(
                            endpoints: ["tcp://a:1", "tcp://[::1]:2", "ipc:///tmp/x"], history: 0,
                            origins: ["https://example.com", "http://localhost:8000"]))),
                Route(
                    path: "/c/", host: "in.example",
                    destination: .messages(MessageTarget(.publish, endpoints: ["tcp://127.0.0.1:*"])),
                    maximumBodySize: 5),
                Route(
                    path: "/d/", methods: ["POST", "PUT"],
                    destination: .messages(
                        MessageTarget(.push, endpoints: ["tcp://*:1", "ipc:///tmp/y"], format: .single))),
                Route(
                    path: "/e/", destination: .messages(MessageTarget(.push, endpoints: ["tcp://*:1", "ipc:///tmp/y"]))),
                Route(path: "/f/", service: "s", origins: ["https://a"]),
            ])
    }

    @Test(arguments: [
        ("service: s, subscribe: 'tcp://a:1'", "service and subscribe: its requests go to one of them"),
        ("publish: 'tcp://a:1', push: 'tcp://a:1'", "publish and push: its requests go to one of them"),
        ("subscribe: a:1", "subscribe 'a:1': an endpoint is written tcp://HOST:PORT"),
        ("subscribe: 'tcp://a:0'", "subscribe 'tcp://a:0': an endpoint is written tcp://HOST:PORT"),
        ("push: 'ipc://\(longPath)x'", "with a path of at most 107 bytes"),
        ("subscribe: 'inproc://x'", "subscribe 'inproc://x': an endpoint is written"),
        ("subscribe: 'tcp://*:5556'", "the gateway connects to a publisher; name the host"),
        ("subscribe: []", "subscribe of a route is one endpoint or a list of them"),
        ("subscribe: ['tcp://a:1', 'tcp://a:1']", "it stands there twice"),
        ("subscribe: {a: b}", "subscribe of a route has one value"),
        ("subscribe: 'tcp://a:1', history: -1", "history '-1': a whole number"),
        ("subscribe: 'tcp://a:1', origins: example.com", "origins 'example.com': an origin is a scheme"),
        ("subscribe: 'tcp://a:1', origins: ['https://a/b']", "origins 'https://a/b': an origin is a scheme"),
        ("subscribe: 'tcp://a:1', origins: []", "origins of a route is a list of at least one"),
        ("subscribe: 'tcp://a:1', timeout: 5s", "timeout is for a route with service, and this one has subscribe"),
        ("subscribe: 'tcp://a:1', max-body: 5", "max-body is for a route with service or publish or push"),
        ("subscribe: 'tcp://a:1', format: single", "format is for a route with publish or push"),
        ("service: s, history: 5", "history is for a route with subscribe, and this one has service"),
        (
            "push: 'tcp://a:1', origins: 'https://a'",
            "origins is for a route with service or subscribe, and this one has push"
        ),
        ("push: 'tcp://a:1', format: two", "format 'two': it is one of multipart, single"),
        ("subscribe: 'tcp://a:1', methods: [GET, POST]", "methods 'POST': a route with subscribe takes GET, HEAD"),
        ("publish: 'tcp://a:1', methods: GET", "methods 'GET': a route with publish takes POST, PUT, PATCH"),
        ("subscrib: 'tcp://a:1'", "did you mean subscribe?"),
    ])
    func `A mistake is told with its line, the value and what to do`(keys: String, text: String) {
        let file = Self.file("  - {path: /a/, \(keys)}\n")
        #expect(file.problems.contains { $0.description.contains(text) && $0.line == 2 }, "\(file.problems)")
        #expect(file.routes.isEmpty)
    }

    @Test(arguments: [
        ("{path: /a/, subscribe: 'tcp://b:1'}", "the route in line 2 has the same path and host"),
        ("{path: /b/, push: 'tcp://c:1'}", "the route in line 3 binds it for publish"),
        ("{path: /b/, publish: ['tcp://c:1', 'tcp://c:2']}", "the route in line 3 binds it with other endpoints"),
    ])
    func `Routes that cannot stand side by side are told`(route: String, text: String) {
        let file = Self.file(
            "  - {path: /a, subscribe: 'tcp://a:1'}\n  - {path: /c/, publish: 'tcp://c:1'}\n  - \(route)\n")
        #expect(file.problems.map(\.line) == [4] && file.problems.first?.description.contains(text) == true)
    }
}
