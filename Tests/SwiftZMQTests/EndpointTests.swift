import Foundation
import SwiftZMQ
import Testing

@Suite(.timeLimit(.minutes(5))) struct EndpointTests {
    @Test func `Binding to a wildcard gives the endpoint to connect to`() throws {
        let pull = try Pull(Context())
        let endpoint = try pull.bind("tcp://127.0.0.1:*")
        #expect(endpoint.hasPrefix("tcp://127.0.0.1:") && !endpoint.hasSuffix("*"))
        #expect(try pull.lastEndpoint == endpoint)
    }

    @Test func `A port in use is named with the explanation`() throws {
        let context = try Context()
        let first = try Pull(context)
        let endpoint = try first.bind("tcp://127.0.0.1:*")
        let second = try Pull(context)
        let error = #expect(throws: ZMQError.self) { try second.bind(endpoint) }
        #expect(error?.code == .addressInUse)
        #expect(error?.endpoint == endpoint)
        #expect(error?.description.contains("bind \(endpoint): Address already in use; another socket") == true)
    }

    @Test(arguments: [
        ("nonsense", ZMQError.Code.invalidArgument), ("tcp://", .invalidArgument),
        ("tcp://127.0.0.1", .invalidArgument),
        ("tcp://127.0.0.1:99999", .invalidArgument), ("", .invalidArgument), ("http://x:1", .protocolNotSupported),
    ])
    func `A malformed endpoint is refused`(endpoint: String, expected: ZMQError.Code) throws {
        let pull = try Pull(Context())
        #expect(code { try pull.bind(endpoint) } == expected)
        #expect(code { try pull.connect(endpoint) } == expected)
        // The socket is unharmed.
        #expect(throws: Never.self) { try pull.bind("tcp://127.0.0.1:*") }
    }

    @Test func `An address of another machine cannot be bound`() throws {
        let pull = try Pull(Context())
        let found = code { try pull.bind("tcp://192.0.2.1:*") }
        #expect(found == .addressNotAvailable)
    }

    @Test func `An unbound endpoint can be bound again`() async throws {
        let context = try Context()
        let pull = try Pull(context)
        let endpoint = try pull.bind("tcp://127.0.0.1:*")
        try pull.unbind(endpoint)
        #expect(code { try pull.unbind(endpoint) } == .notFound)
        let other = try Pull(context)
        #expect(try await eventually { (try? other.bind(endpoint)) != nil })
    }

    @Test func `A disconnected peer gets nothing more`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        try await pair.connecting.send("before")
        #expect(try await pair.bound.receive() == ["before"])
        try pair.connecting.disconnect(pair.endpoint)
        #expect(try pair.connecting.trySend("after") == false)
        #expect(code { try pair.connecting.disconnect(pair.endpoint) } == .notFound)
    }

    @Test func `A socket that connects before anybody binds is served once somebody does`() async throws {
        let context = try Context()
        // Not TCP: a port that is free for a moment may be taken by another test.
        let path = FileManager.default.temporaryDirectory.appending(path: "early-\(UInt32.random(in: 0 ... .max))")
            .path()
        let endpoint = "ipc://\(path)"
        let push = try Push(context) { $0.reconnectInterval = .milliseconds(10) }
        try push.connect(endpoint)
        try await push.send("early")
        let second = try Pull(context)
        try second.bind(endpoint)
        #expect(try await second.receive() == ["early"])
    }

    @Test func `A zero byte in an endpoint is refused`() throws {
        let pull = try Pull(Context()) { $0.linger = .zero }
        for endpoint in ["inproc://a\0b", "tcp://127.0.0.1:*\0x", "\0"] {
            #expect(code { try pull.bind(endpoint) } == .invalidArgument)
            #expect(code { try pull.connect(endpoint) } == .invalidArgument)
            #expect(code { try pull.unbind(endpoint) } == .invalidArgument)
            #expect(code { try pull.disconnect(endpoint) } == .invalidArgument)
        }
        let error = #expect(throws: ZMQError.self) { try pull.bind("inproc://a\0b") }
        #expect(error?.endpoint == "inproc://a\\0b")
    }

    // libzmq reads a port with `atoi`, and the host of a connection only in the background.

    @Test(arguments: [
        ("tcp://127.0.0.1:70000x", "70000x"), ("tcp://127.0.0.1:-1", "-1"), ("tcp://127.0.0.1:1e4", "1e4"),
        ("tcp://127.0.0.1:65536", "65536"), ("tcp://127.0.0.1:99999999999999999999", "99999999999999999999"),
        ("tcp://127.0.0.1:+80", "+80"), ("tcp://127.0.0.1: 7778", " 7778"), ("tcp://127.0.0.1:7779 ", "7779 "),
        ("tcp://127.0.0.1:0x50", "0x50"), ("tcp://127.0.0.1:80/", "80/"), ("tcp://127.0.0.1:*x", "*x"),
        ("tcp://*:!", "!"), ("tcp://127.0.0.1:", ""), ("tcp://127.0.0.1:８０", "８０"), ("tcp://127.0.0.1:*/", "*/"),
        ("tcp://127.0.0.1:80x;127.0.0.1:7000", "80x"), ("tcp://127.0.0.1:*;127.0.0.1:70000", "70000"),
        ("tcp://[::1]:70000", "70000"),
    ])
    func `What is no port is refused with its value`(endpoint: String, port: String) throws {
        let pull = try Pull(Context()) { $0.linger = .zero }
        let attempts: [(String) throws -> Void] = [
            { try pull.bind($0) }, { try pull.connect($0) }, { try pull.unbind($0) }, { try pull.disconnect($0) },
        ]
        for attempt in attempts {
            let error = #expect(throws: ZMQError.self) { try attempt(endpoint) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.explanation?.contains("port \"\(port)\"") == true, "\(error?.description ?? "")")
        }
    }

    @Test(arguments: [
        "tcp://127.0.0.1:0", "tcp://127.0.0.1:*", "tcp://127.0.0.1:00", "tcp://*:*", "tcp://:5555", "tcp://[]:5555",
        "tcp://127.0.0.1", "tcp://[::1]", "tcp://[::1:5555", "tcp://::1]:5555", "tcp://127.0.0.2;127.0.0.1:5555",
        "tcp://;127.0.0.1:5555", "tcp://127.0.0.2:*;127.0.0.1:0", "tcp://127.0.0.1:5555x", "tcp://*:5555", "ipc://",
        "ipc://@", "inproc://", "tcp://", "://127.0.0.1:5555", "tcp:127.0.0.1:5555", " tcp://127.0.0.1:5555",
        "TCP://127.0.0.1:5555",
    ])
    func `Nobody can connect to what names no one place`(endpoint: String) throws {
        let push = try Push(Context()) { $0.linger = .zero }
        let error = #expect(throws: ZMQError.self) { try push.connect(endpoint) }
        #expect([.invalidArgument, .protocolNotSupported].contains(error?.code))
        #expect(error?.endpoint == endpoint)
    }

    @Test(arguments: [
        "tcp://127.0.0.1:*", "tcp://127.0.0.1:0", "tcp://*:*", "tcp://0.0.0.0:*", "tcp://[127.0.0.1]:*", "tcp://lo:*",
        "tcp://[*]:*", "tcp://127.0.0.1:*;127.0.0.1:*", "ipc://*", "ipc://@SwiftZMQ-\(UInt64.random(in: 0 ... .max))",
        "inproc:// ", "inproc://a:70000", "inproc://\(String(repeating: "x", count: 200))",
        "ipc:///tmp/\(UInt64.random(in: 0 ... .max)):-1",
    ])
    func `What libzmq rightly binds is bound`(endpoint: String) throws {
        let pull = try Pull(Context()) { $0.linger = .zero }
        let bound = try pull.bind(endpoint)
        #expect(throws: Never.self) { try pull.unbind(bound) }
    }

    @Test(arguments: [
        "tcp://127.0.0.1:1", "tcp://127.0.0.1:65535", "tcp://127.0.0.1:00080", "tcp://localhost:5555",
        "tcp://a_host.with-name:5555", "tcp://[::1]:5555", "tcp://::1:5555", "tcp://[fe80::1%lo]:5555",
        "tcp://127.0.0.2:0;127.0.0.1:5555", "tcp://127.0.0.2:*;127.0.0.1:5555", "tcp://lo:*;127.0.0.1:5555",
        "tcp://lo:4000;[::1]:5555", "ipc://a:0", "ipc:///tmp/x:y", "inproc://a:0", "inproc://:",
    ])
    func `What libzmq rightly connects to is connected`(endpoint: String) throws {
        let push = try Push(Context()) { $0.linger = .zero }
        #expect(throws: Never.self) { try push.connect(endpoint) }
        #expect(try push.lastEndpoint == endpoint)
        #expect(throws: Never.self) { try push.disconnect(endpoint) }
    }

    @Test(arguments: [(107, nil), (108, ZMQError.Code(rawValue: ENAMETOOLONG))] as [(Int, ZMQError.Code?)])
    func `An ipc path has at most 107 bytes`(count: Int, expected: ZMQError.Code?) throws {
        let folder = "/tmp/\(UInt64.random(in: 0 ... .max))"
        let path = folder + String(repeating: "x", count: count - folder.utf8.count)
        let pull = try Pull(Context()) { $0.linger = .zero }
        #expect(code { try pull.bind("ipc://\(path)") } == expected)
        #expect(code { try pull.connect("ipc://\(path)") } == expected)
    }

    @Test(
        .enabled(if: Capability.pgm.isAvailable, "the installed libzmq was built without pgm"),
        arguments: [
            ("epgm://lo;239.192.1.1:70000", "70000"), ("pgm://239.192.1.1:80x", "80x"),
            ("epgm://239.192.1.1:*", "*"), ("epgm://lo;239.192.1.1;239.192.1.2:-1", "-1"),
            ("pgm://lo;239.192.1.1:", ""),
        ])
    func `What is no port of a multicast group is refused with its value`(endpoint: String, port: String) throws {
        let publisher = try Publisher(Context()) { $0.linger = .zero }
        let attempts: [(String) throws -> Void] = [
            { try publisher.bind($0) }, { try publisher.connect($0) }, { try publisher.disconnect($0) },
        ]
        for attempt in attempts {
            let error = #expect(throws: ZMQError.self) { try attempt(endpoint) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.explanation?.contains("port \"\(port)\"") == true, "\(error?.description ?? "")")
        }
        // What is right goes to libzmq, which knows of no such connection.
        for group in ["epgm://lo;239.192.1.1:5555", "pgm://239.192.1.1:5555"] {
            #expect(code { try publisher.disconnect(group) } == .notFound)
        }
    }

    @Test(.enabled(if: Capability(rawValue: "ws").isAvailable, "the installed libzmq was built without ws"))
    func `A WebSocket endpoint may have a path behind its port`() throws {
        let pull = try Pull(Context()) { $0.linger = .zero }
        for endpoint in ["ws://127.0.0.1:*", "ws://127.0.0.1:*/", "ws://127.0.0.1:*/a:b"] {
            #expect(throws: Never.self) { try pull.bind(endpoint) }
        }
        for endpoint in ["ws://127.0.0.1:80", "ws://127.0.0.1:80/path", "ws://127.0.0.1:80/a/b"] {
            #expect(throws: Never.self) { try pull.connect(endpoint) }
        }
        for endpoint in ["ws://127.0.0.1:70000/path", "ws://127.0.0.1:80x", "ws://127.0.0.1:-1/", "ws://:80/"] {
            #expect(code { try pull.bind(endpoint) } == .invalidArgument)
            #expect(code { try pull.connect(endpoint) } == .invalidArgument)
        }
        #expect(code { try pull.connect("ws://127.0.0.1:0/path") } == .invalidArgument)
    }
}
