import NIOCore
import NIOHPACK
import ProcessSupport
import SwiftZMQ
import Testing

@testable import Gateway

/// Mutations of frames and of fields against what reads them of a connection of HTTP/2; `FUZZ_INPUTS` and `FUZZ_SEED` as in ``FuzzTests``.
@Suite(.timeLimit(.minutes(60))) struct HTTP2FuzzTests {
    private static func frame(_ kind: UInt8, flags: UInt8 = 0, stream: UInt8 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        HTTP2InboundFilterTests.frame(kind, flags: flags, stream: stream, payload)
    }

    /// The streams of which a second head begins.
    private static func streamsWithTrailers(_ bytes: [UInt8]) -> Set<UInt32> {
        var seen: Set<UInt32> = []
        var again: Set<UInt32> = []
        var rest = bytes.dropFirst(24)
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let stream = head[5...].reduce(0) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
            if head[3] == 1, !seen.insert(stream).inserted { again.insert(stream) }
            rest = rest.dropFirst(9 + head[..<3].reduce(0) { $0 << 8 | Int($1) })
        }
        return again
    }

    /// What clients say.
    private static func corpus() throws -> [[UInt8]] {
        let start = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4, [0, 4, 0, 0, 0x10, 0])
        func client() throws -> HTTP2EmbeddedConnection { try HTTP2EmbeddedConnection() }
        let one = try client()
        let get = try one.request(1, [("accept", "*/*"), ("x-request-id", "1")])
        let other = try one.request(3, [("cookie", "a"), ("cookie", "b")])
        let post = try client().request(1, [("content-length", "4"), ("expect", "100-continue")], ends: false)
        let body = frame(0, stream: 1, [1, 2]) + frame(0, flags: 9, stream: 1, [2, 3, 4, 0, 0])
        let whole = try client().request(1, [("x", "y")])
        let split =
            frame(1, flags: 1, stream: 1, Array(whole[9..<12])) + frame(9, stream: 1, Array(whole[12..<15]))
            + frame(9, flags: 4, stream: 1, Array(whole[15...]))
        return [
            start + get + other, start + post + body, start + split, start + frame(4, flags: 1) + get,
            start + get + frame(3, stream: 1, [0, 0, 0, 8]) + frame(6, Array(repeating: 7, count: 8)) + other,
            start + frame(8, [0, 0, 1, 0]) + post + frame(8, stream: 1, [0, 0, 1, 0]) + body,
            start + frame(2, stream: 3, [0, 0, 0, 1, 9]) + get + frame(7, [0, 0, 0, 0, 0, 0, 0, 0]),
        ]
    }

    @Test func `a connection takes any frames, and does the same however they are split`() throws {
        let settings = FuzzSettings()
        let (inputs, seed) = (settings.inputs, settings.seed)
        var mutator = Mutator(
            seed: seed, corpus: try Self.corpus(),
            pieces: [
                "\u{0}", "\u{1}", "\u{4}", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{0}\u{0}\u{0}\u{0}\u{1}", "a: b\r\n",
            ])
        var outcomes: [String: Int] = [:]
        for number in 0..<(inputs / 20) {
            let bytes = mutator.next()
            var reset: Set<UInt32> = []
            func run(_ pieces: [[UInt8]]) throws -> (requests: [String], isOver: Bool) {
                let connection = try HTTP2EmbeddedConnection()
                for piece in pieces { try connection.send(piece) }
                let requests = connection.dispatcher.submitted.map { "\($0.service) \(String($0.body))" }
                let frames = try connection.frames()
                reset.formUnion(frames.lazy.filter { $0.kind == 3 }.map { UInt32($0.stream) })
                return (requests, frames.contains { $0.kind == 7 })
            }
            let whole = try run([bytes])
            let place = Int.random(in: 0...bytes.count, using: &mutator.random)
            let split = try run([Array(bytes[..<place]), Array(bytes[place...])])
            // To NIOHTTP2 a trailer that crosses the reset of its stream is an error of the whole connection, as soon as it
            // knows of the reset; by RFC 9113, section 5.1, it is nothing.
            if whole.requests == split.requests, !reset.isDisjoint(with: Self.streamsWithTrailers(bytes)) { continue }
            guard whole == split else {
                let text = bytes.map { String($0, radix: 16) }.joined(separator: " ")
                Issue.record("FUZZ_SEED=\(seed), input \(number): \(whole) \(split) at \(place): \(text)")
                return
            }
            outcomes["\(whole.requests.count) requests\(whole.isOver ? ", over" : "")", default: 0] += 1
        }
        print("fuzz: HTTP/2 from FUZZ_SEED=\(seed): \(outcomes.sorted { $0.key < $1.key })")
        #expect(outcomes["1 requests", default: 0] > 0 && outcomes["0 requests, over", default: 0] > 0)
    }

    /// It was passed over where the two heads came in reads of their own, as nobody remembered the first.
    @Test func `A head after the end of a refused request ends the connection, however the bytes are cut`() throws {
        let client = try HTTP2EmbeddedConnection()
        let refused = try client.request(1, [("content-length", "7")])
        let again = try client.request(1, [("a", "b")])
        let bytes = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + Self.frame(4) + refused + again
        for place in 0...bytes.count {
            let connection = try HTTP2EmbeddedConnection()
            try connection.send(Array(bytes[..<place]))
            try connection.send(Array(bytes[place...]))
            #expect(connection.dispatcher.submitted.isEmpty)
            #expect(try connection.frames().contains { $0.kind == 7 }, "cut at \(place)")
        }
    }

    // MARK: Fields

    private static func bytes(of fields: [(String, String)]) -> [UInt8] {
        Array(fields.map { "\($0.0)\u{1F}\($0.1)" }.joined(separator: "\u{1E}").utf8)
    }

    private static func fields(of bytes: [UInt8]) -> [(String, String)] {
        bytes.split(separator: 0x1E).map { field in
            let parts = field.split(separator: 0x1F, maxSplits: 1, omittingEmptySubsequences: false)
            return (
                String(decoding: parts[0], as: UTF8.self), String(decoding: parts.dropFirst().joined(), as: UTF8.self)
            )
        }
    }

    private static let heads: [[(String, String)]] = {
        let get = [(":method", "GET"), (":scheme", "https"), (":path", "/a?b"), (":authority", "h:8")]
        let (places, host) = (Array(get.dropFirst()), [("host", "h:8")])
        return [
            get + [("accept", "*/*"), ("cookie", "a=b"), ("x", ""), ("cookie", "c=d")], get + host + [("x", "y")],
            Array(get.dropLast()) + host, [(":method", "CONNECT"), (":authority", "h:1")],
            [(":method", "CONNECT"), (":protocol", "websocket")] + places,
            [(":method", "POST")] + places + [("content-length", "4"), ("te", "trailers")],
            [(":method", "OPTIONS"), (":scheme", "http"), (":path", "*"), (":authority", "h")],
        ]
    }()

    /// Nothing that a field holds may be read as another field, or as another request.
    @Test func `any fields are one request that says what they say, or none`() {
        let settings = FuzzSettings()
        let seed = settings.seed
        var mutator = Mutator(
            seed: seed &+ 1, corpus: Self.heads.map(Self.bytes),
            pieces: [
                "\u{1E}", "\u{1F}", ":path", ":authority", "\u{1E}host\u{1F}", "\u{1E}cookie\u{1F}", "\r\n", "\n",
                "\r\nx: y", "\r\n\r\nGET /x HTTP/1.1\r\nhost: x\r\n\r\n", " ", " HTTP/1.1", ":", "/", "é", "\u{0}",
            ])
        let limits = RequestLimits(HTTPSettings())
        var outcomes: [String: Int] = [:]
        for number in 0..<settings.inputs {
            let fields = Self.fields(of: mutator.next())
            guard let (head, protocolName) = HTTP2RequestHead.read(HPACKHeaders(fields), defaultPort: 443) else {
                outcomes["malformed", default: 0] += 1
                continue
            }
            var input = head
            var parser = RequestHeadParser(defaultPort: 443)
            let parsed: ParsedRequest?
            do throws(RequestRejection) {
                parsed = try parser.parse(&input, limits: limits)
            } catch {
                outcomes["\(error.failure.status)", default: 0] += 1
                continue
            }
            func value(_ name: String) -> String? { fields.first { $0.0 == name }?.1 }
            let lines = fields.filter { $0.0.utf8.first != UInt8(ascii: ":") }
            // Cookies become one, and the host is said once.
            var count = lines.count - max(0, lines.count { $0.0 == "cookie" } - 1)
            if value(":authority") != nil { count += 1 - lines.count { $0.0 == "host" } }
            guard let request = parsed, input.readableBytes == 0, request.fields.count == count,
                request.text(request.method) == (protocolName == nil ? value(":method") : "GET"),
                request.text(request.wholeTarget) == value(":path") ?? value(":authority"), request.host != nil
            else {
                Issue.record("FUZZ_SEED=\(seed), input \(number): \(fields) became \(String(buffer: head))")
                return
            }
            outcomes["read", default: 0] += 1
        }
        print("fuzz: fields of HTTP/2 from FUZZ_SEED=\(seed): \(outcomes.sorted { $0.key < $1.key })")
        #expect(outcomes["read", default: 0] > 0 && outcomes["malformed", default: 0] > 0)
        #expect(outcomes["400", default: 0] > 0)
    }
}
