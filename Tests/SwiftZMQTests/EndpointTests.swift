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

    @Test func `A port in use is named with the remedy`() throws {
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
}
