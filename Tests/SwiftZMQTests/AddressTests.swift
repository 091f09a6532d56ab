import Foundation
import SwiftZMQ
import Testing

/// Which addresses there are, and what becomes of them.
@Suite(.timeLimit(.minutes(5))) struct AddressTests {
    /// Sends a message from one socket to the other, which is bound.
    private func expectPassage(
        _ bound: Pull, _ endpoint: String, _ configure: (inout SocketOptions<Push>) throws -> Void = { _ in }
    ) async throws {
        let push = try Push(Context()) {
            try configure(&$0)
            $0.linger = .zero
        }
        try push.connect(endpoint)
        try await push.send("passage")
        #expect(try await bound.receive(timeout: .seconds(20)) == ["passage"])
    }

    @Test func `An abstract ipc address carries messages`() async throws {
        let pull = try Pull(Context())
        let endpoint = try pull.bind("ipc://@swiftzmq-prüfung-\(UInt64.random(in: 0 ... .max))")
        #expect(endpoint.hasPrefix("ipc://@swiftzmq-prüfung-"))
        try await expectPassage(pull, endpoint)
        // It is no file.
        #expect(!FileManager.default.fileExists(atPath: String(endpoint.dropFirst("ipc://".count))))
    }

    @Test(arguments: [
        "ipc://@", "ipc://" + String(repeating: "x", count: 200), "tcp://:0x", "tcp:///tmp", "tcp://in between:5555",
        "tcp://localhost:invalid", "tcp://127.0.0.1:5555:x", "invalid://localhost:5555", "tcp//127.0.0.1:1", "inproc:",
    ])
    func `An address that cannot be is refused, and the error names it`(endpoint: String) throws {
        let pull = try Pull(Context()) { $0.linger = .zero }
        let error = #expect(throws: ZMQError.self) { try pull.bind(endpoint) }
        #expect(error?.endpoint == endpoint)
        #expect(error?.description.contains(endpoint) == true)
        // The socket is unharmed.
        #expect(throws: Never.self) { try pull.bind("tcp://127.0.0.1:*") }
    }

    @Test(arguments: [
        "tcp://in between:5555", "tcp://localhost:invalid", "invalid://localhost:5555", "ipc://@",
    ])
    func `Nobody connects to an address that cannot be`(endpoint: String) throws {
        let push = try Push(Context()) { $0.linger = .zero }
        #expect(throws: ZMQError.self) { try push.connect(endpoint) }
    }

    @Test func `An ipc path without its folder says so`() throws {
        let pull = try Pull(Context())
        let error = #expect(throws: ZMQError.self) { try pull.bind("ipc:///no/such/folder/socket") }
        #expect(error?.code == .notFound)
        #expect(error?.description.contains("/no/such/folder/socket") == true)
    }

    @Test func `The last endpoint is the one bound or connected last`() throws {
        let pull = try Pull(Context()) { $0.linger = .zero }
        #expect(try pull.lastEndpoint.isEmpty)
        let first = try pull.bind("tcp://127.0.0.1:*")
        #expect(try pull.lastEndpoint == first)
        let second = try pull.bind("ipc://*")
        #expect(try pull.lastEndpoint == second)
        try pull.connect("tcp://127.0.0.1:9")
        #expect(try pull.lastEndpoint == "tcp://127.0.0.1:9")
        try pull.bind("inproc://last")
        #expect(try pull.lastEndpoint == "inproc://last")
    }

    @Test(arguments: ["tcp://*:*", "tcp://0.0.0.0:*", "tcp://127.0.0.1:*", "ipc://*"])
    func `A wildcard is resolved, and only what it became is unbound`(wildcard: String) async throws {
        let pull = try Pull(Context())
        let endpoint = try pull.bind(wildcard)
        #expect(!endpoint.contains("*"))
        #expect(code { try pull.unbind(wildcard) } == .notFound)
        try await expectPassage(pull, endpoint.replacing("0.0.0.0", with: "127.0.0.1"))
        try pull.unbind(endpoint)
        #expect(code { try pull.unbind(endpoint) } == .notFound)
    }

    @Test func `Two wildcards are two addresses`() throws {
        let pull = try Pull(Context())
        #expect(try pull.bind("tcp://127.0.0.1:*") != pull.bind("tcp://127.0.0.1:*"))
        #expect(try pull.bind("ipc://*") != pull.bind("ipc://*"))
    }

    @Test func `A host is found by its name`() async throws {
        let pull = try Pull(Context())
        let endpoint = try pull.bind("tcp://127.0.0.1:*")
        try await expectPassage(pull, endpoint.replacing("127.0.0.1", with: "localhost"))
    }

    @Test func `IPv6 is used where it is asked for`() async throws {
        let pull = try Pull(Context()) { $0.usesIPv6 = true }
        let found = code { try pull.bind("tcp://[::1]:*") }
        // A machine may be without it.
        guard found != .addressNotAvailable else { return }
        #expect(found == nil)
        let endpoint = try pull.lastEndpoint
        #expect(endpoint.hasPrefix("tcp://[::1]:"))
        try await expectPassage(pull, endpoint) { $0.usesIPv6 = true }
        // A request and its reply, and several connections to one address.
        let reply = try Reply(Context()) { $0.usesIPv6 = true }
        let address = try reply.bind("tcp://[::1]:*")
        let request = try Request(Context()) { $0.usesIPv6 = true }
        for _ in 0..<3 { try request.connect(address) }
        for number in 0..<6 {
            try await request.send("\(number)")
            try await reply.send(reply.receive(timeout: .seconds(20)))
            #expect(try await request.receive(timeout: .seconds(20)) == ["\(number)"])
        }
    }

    @Test func `Version 4 reaches a wildcard of version 6`() async throws {
        let pull = try Pull(Context()) { $0.usesIPv6 = true }
        let endpoint = try pull.bind("tcp://*:*")
        let port = try #require(endpoint.split(separator: ":").last)
        try await expectPassage(pull, "tcp://127.0.0.1:\(port)")
    }

    @Test func `A connection can come from a given address and port`() async throws {
        let pull = try Pull(Context()) { $0.keepsMetadata = true }
        let endpoint = try pull.bind("tcp://127.0.0.1:*")
        let address = endpoint.dropFirst("tcp://".count)
        let push = try Push(Context()) { $0.linger = .zero }
        try push.connect("tcp://127.0.0.2:0;\(address)")
        try await push.send("from there")
        let message = try await pull.receive(timeout: .seconds(20))
        #expect(message[0].metadata.peerAddress == "127.0.0.2")
    }

    @Test(arguments: Transport.allCases)
    func `An unbound address can be bound again over each transport`(transport: Transport) async throws {
        let context = try Context()
        let first = try Pull(context)
        // Not a wildcard of ipc, whose folder goes with it.
        let path = FileManager.default.temporaryDirectory.appending(path: "again-\(UInt32.random(in: 0 ... .max))")
        let endpoint = try first.bind(transport == .ipc ? "ipc://\(path.path())" : transport.freshEndpoint())
        try first.unbind(endpoint)
        first.close()
        let second = try Pull(context)
        #expect(try await eventually { (try? second.bind(endpoint)) != nil })
        let push = try Push(context) { $0.linger = .zero }
        try push.connect(endpoint)
        try await push.send("to the second")
        #expect(try await second.receive(timeout: .seconds(20)) == ["to the second"])
    }

    @Test(arguments: [Transport.tcp, .ipc])
    func `An endpoint that was given up has no room`(transport: Transport) async throws {
        let pair = try Connected(over: transport, { try Push($0) }, { try Pull($0) })
        try await pair.bound.send("before")
        #expect(try await pair.connecting.receive() == ["before"])
        try pair.bound.unbind(pair.endpoint)
        #expect(try await eventually { try !pair.bound.trySend("after") })
    }

    @Test func `What was never connected cannot be disconnected`() throws {
        let push = try Push(Context())
        #expect(code { try push.disconnect("tcp://127.0.0.1:9") } == .notFound)
        #expect(code { try push.disconnect("nonsense") } == .invalidArgument)
        #expect(code { try push.disconnect("http://127.0.0.1:9") } == .protocolNotSupported)
        #expect(code { try push.unbind("nonsense") } == .invalidArgument)
        #expect(code { try push.unbind("http://127.0.0.1:9") } == .protocolNotSupported)
    }

    @Test func `A descriptor of the file system is used`() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "given-\(UInt32.random(in: 0 ... .max))")
            .path()
        defer { unlink(path) }
        let listening = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let codes = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                [bind(listening, pointer, socklen_t(MemoryLayout<sockaddr_un>.size)), listen(listening, 5)]
            }
        }
        #expect(codes == [0, 0])
        let pair = try Pair(Context()) { $0.listeningDescriptor = Int(listening) }
        try pair.bind("ipc://\(path)")
        let other = try Pair(Context()) { $0.linger = .zero }
        try other.connect("ipc://\(path)")
        try await other.send("up")
        #expect(try await pair.receive(timeout: .seconds(20)) == ["up"])
        try await pair.send("down")
        #expect(try await other.receive(timeout: .seconds(20)) == ["down"])
    }

    @Test func `A socket closes whatever its endpoints came to`() throws {
        let context = try Context()
        let bound = try Pull(context)
        let endpoint = try bound.bind("tcp://127.0.0.1:*")
        let (refused, released, confused) = (try Pull(context), try Pull(context), try Pull(context))
        #expect(code { try refused.bind(endpoint) } == .addressInUse)
        try released.unbind(released.bind("tcp://127.0.0.1:*"))
        #expect(code { try confused.unbind(endpoint) } == .notFound)
        for socket in [bound, refused, released, confused] {
            socket.close()
            #expect(socket.isClosed)
        }
    }

    private static var webSockets: Bool { Capability(rawValue: "ws").isAvailable }

    @Test(.enabled(if: webSockets, "the installed libzmq was built without ws"), arguments: [0, 5, 200, 70_000])
    func `A WebSocket endpoint carries messages both ways`(size: Int) async throws {
        let context = try Context()
        let reply = try Reply(context) { $0.linger = .zero }
        let endpoint = try reply.bind("ws://127.0.0.1:*/socket")
        let request = try Request(context) { $0.linger = .zero }
        try request.connect(endpoint)
        let long = Frame([UInt8](repeating: 7, count: size))
        let asking = Task { try await request.request(["a", long], timeout: .seconds(20)) }
        let question = try await reply.receive(timeout: .seconds(20))
        #expect(question == ["a", long])
        try await reply.send([long, "b"])
        #expect(try await asking.value == [long, "b"])
    }

    @Test(.enabled(if: webSockets, "the installed libzmq was built without ws"))
    func `Bytes that are no WebSocket's harm nobody who accepts or connects`() async throws {
        let context = try Context()
        let publisher = try XPublisher(context) { $0.linger = .zero }
        let endpoint = try publisher.bind("ws://127.0.0.1:*")
        let port = try #require(endpoint.split(separator: ":").last?.prefix { $0.isNumber })
        for size in [1, 100, 5000] {
            let peer = try await RawPeer(connectingTo: "tcp://127.0.0.1:\(port)")
            try await peer.send((0..<size).map { _ in .random(in: 0...255) })
            peer.stream.close()
        }
        let subscriber = try Subscriber(context, topics: ["news"]) { $0.linger = .zero }
        // One that answers a WebSocket's greeting with noise, and then the publisher.
        let noise = try SwiftZMQ.Stream(Context()) { $0.linger = .zero }
        let place = try noise.bind("tcp://127.0.0.1:*")
        try subscriber.connect(place.replacing("tcp:", with: "ws:"))
        let peer = try await RawPeer(acceptedBy: noise)
        try await peer.send((0..<300).map { _ in .random(in: 0...255) })
        try subscriber.connect(endpoint)
        try await publisher.waitForSubscriptions(timeout: .seconds(20))
        try await publisher.send("news of today")
        #expect(try await subscriber.receive(timeout: .seconds(20)) == ["news of today"])
    }
}
