import Gateway
import NIOCore
import NIOEmbedded
import SwiftZMQ
import Testing
import WorkerProtocol

/// What comes last on a connection arrives whole, and nothing is left of the connection.
@Suite(.timeLimit(.minutes(5))) struct `The last answer of a connection` {
    // MARK: To a client that is gone

    @Test(arguments: [
        "BAD\r\n\r\n", "GET /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999\r\n\r\n", "OPTIONS * HTTP/1.0\r\n\r\n",
        "GET /none HTTP/1.0\r\n\r\n",
    ])
    func `leaves nothing behind where the client is found gone by it`(_ text: String) throws {
        let connection = try EmbeddedConnection()
        try connection.breakSocket()
        try connection.send(text)
        #expect(!connection.isOpen)
        #expect(connection.isDrained())
    }

    @Test func `that is a worker's leaves nothing behind either`() throws {
        for version in ["1.0", "1.1"] {
            let connection = try EmbeddedConnection()
            try connection.send("GET /a HTTP/\(version)\r\nHost: h\r\nConnection: close\r\n\r\n")
            let request = try #require(connection.dispatcher.submitted.first)
            try connection.breakSocket()
            connection.deliver(.reply(.plainText, body: "x"), for: request)
            #expect(!connection.isOpen)
            #expect(connection.isDrained())
        }
    }

    @Test func `leaves nothing behind where it is that there are too many connections`() throws {
        let connection = try EmbeddedConnection(isRefused: true, isBroken: true)
        #expect(!connection.isOpen)
        #expect(connection.isDrained())
    }

    @Test func `leaves nothing behind where a request is not complete in time`() throws {
        let connection = try EmbeddedConnection()
        try connection.send("GET /a HT")
        try connection.breakSocket()
        connection.advance(.seconds(11))
        #expect(!connection.isOpen)
        #expect(connection.isDrained())
    }

    // MARK: To a client that reads slowly

    private static let body = [UInt8](unsafeUninitializedCapacity: 6_000_000) { room, count in
        for index in room.indices { room[index] = UInt8(truncatingIfNeeded: index &* 7 >> 2) }
        count = room.count
    }

    /// A time to linger that a slow reader exceeds many times over.
    private static func settings(idle: Duration) -> HTTPSettings {
        // Made here, and not in the midst of an answer.
        _ = body.count
        var settings = HTTPSettings()
        settings.lingerTimeout = .milliseconds(100)
        settings.idleTimeout = idle
        return settings
    }

    /// Whether a response has the body, which is too long to be shown.
    private static func isWhole(_ result: PacedReader.Result) -> Bool {
        result.bytes.count > body.count && result.bytes.suffix(body.count).elementsEqual(body)
    }

    enum Way: CaseIterable {
        case connectionClose, drain, halfClose, http10, http10Stream
    }

    @Test(arguments: Way.allCases)
    func `arrives whole at a client that reads slowly`(_ way: Way) async throws {
        let dispatcher = FakeDispatcher { request, dispatcher in
            if way == .http10Stream {
                dispatcher.send(.begin(.plainText, piece: ""), for: request)
                for start in stride(from: 0, to: Self.body.count, by: 1_000_000) {
                    dispatcher.send(.piece(Frame(Self.body[start..<start + 1_000_000])), for: request)
                }
                dispatcher.send(.end(""), for: request)
            } else {
                dispatcher.send(.reply(.plainText, body: Frame(Self.body)), for: request)
            }
        }
        var settings = Self.settings(idle: .seconds(10))
        if way == .http10Stream { settings.responseBuffer = 8 << 20 }
        try await withServer(dispatcher, settings: settings) { server, port in
            let version = way == .http10 || way == .http10Stream ? "1.0" : "1.1"
            let close = way == .halfClose ? "" : "Connection: close\r\n"
            var reader = PacedReader(port: port, request: "GET /a HTTP/\(version)\r\nHost: h\r\n\(close)\r\n")
            reader.halfCloses = way == .halfClose
            async let result = reader.read()
            if way == .drain {
                _ = await dispatcher.request()
                #expect(await server.drain(within: .seconds(60)))
            }
            let read = await result
            #expect(!read.isReset)
            #expect(Self.isWhole(read))
        }
    }

    @Test func `to a client that does not read ends when nothing moves for as long as a connection may be idle`()
        async throws
    {
        let dispatcher = FakeDispatcher { request, dispatcher in
            dispatcher.send(.reply(.plainText, body: Frame(Self.body)), for: request)
        }
        try await withServer(dispatcher, settings: Self.settings(idle: .milliseconds(400))) { server, port in
            let client = try await RawClient.connect(to: port, reads: false, receiveBuffer: 4096)
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            _ = await dispatcher.request()
            while server.connectionCount > 0 { await Task.yield() }
            await client.close()
        }
    }

    @Test func `a client that reads without pause is served, however slowly`() async throws {
        let dispatcher = FakeDispatcher { request, dispatcher in
            dispatcher.send(.reply(.plainText, body: Frame(Self.body)), for: request)
        }
        try await withServer(dispatcher, settings: Self.settings(idle: .seconds(2))) { _, port in
            // Far longer than what may pass without progress, while the kernel has enough for all of that time.
            var reader = PacedReader(port: port, request: "GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            reader.piece = 1024
            reader.pause = .milliseconds(5)
            reader.paced = 1_200_000
            let read = await reader.read()
            #expect(Self.isWhole(read))
        }
    }
}
