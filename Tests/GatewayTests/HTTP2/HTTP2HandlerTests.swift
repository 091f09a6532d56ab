import NIOCore
import NIOEmbedded
import NIOHPACK
import SwiftZMQ
import Testing
import WorkerProtocol

@testable import Gateway

/// The handlers of HTTP/2 with NIOHTTP2 between them, and frames made by hand.
@Suite struct HTTP2HandlerTests {
    typealias Connection = HTTP2EmbeddedConnection
    typealias Frame = HTTP2EmbeddedConnection.Frame

    @Test func `A client is told the settings, and its first request is answered before it has acknowledged them`()
        throws
    {
        let connection = try Connection { $0.maximumStreams = 7 }
        let settings = try connection.frames()
        #expect(
            settings == [
                Frame(
                    kind: 4, flags: 0, stream: 0,
                    payload: [0, 3, 0, 0, 0, 7, 0, 4, 0, 1, 0, 0, 0, 6, 0, 1, 0, 0, 0, 8, 0, 0, 0, 1])
            ])
        try connection.start()
        // Over 16 KiB as HPACK counts it, and less as HTTP/1 does.
        let fields = (0..<90).map { ("x\($0)", String(repeating: "y", count: 150)) }
        try connection.send(try connection.request(1, fields))
        #expect(connection.dispatcher.submitted.count == 1)
        try connection.send(HTTP2InboundFilterTests.frame(4, flags: 1))
        connection.reply(0, "hello")
        let frames = try connection.frames()
        #expect(frames.map(\.kind) == [4, 8, 1, 0])
        #expect(try connection.fields(frames[2]).first(name: ":status") == "200")
        #expect(frames[3] == Frame(kind: 0, flags: 1, stream: 1, payload: Array("hello".utf8)))
        #expect(connection.channel.isActive)
    }

    @Test func `Streams over the limit are refused, and those below it answered in one write`() throws {
        let connection = try Connection { $0.maximumStreams = 2 }
        try connection.start()
        _ = try connection.frames()
        try connection.send(
            try connection.request(1) + connection.request(3) + connection.request(5) + connection.request(7))
        #expect(
            try connection.frames().map { [Int($0.kind), $0.stream, Int($0.payload.last ?? 0)] } == [
                [3, 5, 7], [3, 7, 7],
            ])
        connection.loop.receive(
            connection.dispatcher.submitted.map { ($0.id, .reply(.plainText, body: "x")) })
        let buffer = try #require(try connection.channel.readOutbound(as: ByteBuffer.self))
        #expect(try connection.channel.readOutbound(as: ByteBuffer.self) == nil)
        #expect(buffer.readableBytes > 40)
        #expect(connection.channel.isActive)
    }

    @Test func `A head that is longer than a frame goes out in several`() throws {
        let connection = try Connection()
        try connection.start()
        try connection.send(try connection.request(1) + connection.request(3))
        _ = try connection.frames()
        let long = ReplyHead(status: 200, fields: [.init(name: "x-long", value: String(repeating: "y", count: 60_000))])
        for (request, body) in zip(connection.dispatcher.submitted, ["", "z"]) {
            connection.loop.receive([(request.id, .reply(long, body: SwiftZMQ.Frame(body)))])
        }
        let frames = try connection.frames()
        #expect(frames.map(\.kind) == [1, 9, 9, 9, 1, 9, 9, 9, 0])
        // END_STREAM is said with the first, END_HEADERS with the last.
        #expect(frames.map(\.flags) == [1, 0, 0, 4, 0, 0, 0, 4, 1])
        #expect(frames.allSatisfy { $0.payload.count <= 16384 })
        for heads in [frames[0..<4], frames[4..<8]] {
            let whole = Frame(kind: 1, flags: 4, stream: 1, payload: heads.flatMap(\.payload))
            #expect(try connection.fields(whole).first(name: "x-long")?.utf8.count == 60_000)
        }
    }

    @Test func `An answer before the end of the request is whole, and the rest of it not wanted`() throws {
        let connection = try Connection { $0.maximumBodySize = 5 }
        try connection.start()
        _ = try connection.frames()
        try connection.send(try connection.request(1, ends: false))
        try connection.send(HTTP2InboundFilterTests.frame(0, stream: 1, Array(repeating: 1, count: 10)))
        var frames = try connection.frames()
        #expect(frames.map(\.kind) == [1, 0])
        #expect(try connection.fields(frames[0]).first(name: ":status") == "413")
        #expect(frames[1].flags == 1)
        connection.channel.embeddedEventLoop.advanceTime(by: .milliseconds(100))
        frames = try connection.frames()
        #expect(frames == [Frame(kind: 3, flags: 0, stream: 1, payload: [0, 0, 0, 0])])
        // What was on its way does no harm.
        try connection.send(HTTP2InboundFilterTests.frame(0, flags: 1, stream: 1, Array(repeating: 1, count: 10)))
        try connection.send(try connection.request(3))
        #expect(connection.dispatcher.submitted.count == 1)
    }

    @Test func `An error of the connection is told, and ends it`() throws {
        for bytes: [UInt8] in [
            // A frame for an idle stream, a CONTINUATION of nothing, PING of 7 bytes, a window of too much, twice.
            HTTP2InboundFilterTests.frame(0, stream: 9, [1]), HTTP2InboundFilterTests.frame(9, stream: 1, [1]),
            HTTP2InboundFilterTests.frame(6, [1, 2, 3, 4, 5, 6, 7]),
            HTTP2InboundFilterTests.frame(8, [0x7F, 0xFF, 0xFF, 0xFF]),
            HTTP2InboundFilterTests.frame(8, stream: 1, [0x7F, 0xFF, 0xFF, 0xFF]),
            HTTP2InboundFilterTests.frame(1, flags: 5, stream: 3, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        ] {
            let connection = try Connection()
            try connection.start()
            try connection.send(try connection.request(1))
            _ = try connection.frames()
            try connection.send(bytes + (try connection.request(5)))
            let frames = try connection.frames()
            #expect(frames.last?.kind == 7, "\(bytes): \(frames)")
            #expect(connection.dispatcher.submitted.count == 1)
            #expect(connection.dispatcher.cancelled.count == 1)
            connection.channel.embeddedEventLoop.advanceTime(by: .seconds(7))
            #expect(!connection.channel.isActive, "\(bytes)")
        }
    }

    @Test func `A fault of a stream resets it alone`() throws {
        let connection = try Connection()
        try connection.start()
        _ = try connection.frames()
        try connection.send(try connection.request(1, [("content-length", "5")], ends: false))
        try connection.send(HTTP2InboundFilterTests.frame(0, flags: 1, stream: 1, [1]))
        // A window of which nothing is added, and a body after its end.
        try connection.send(try connection.request(3) + HTTP2InboundFilterTests.frame(8, stream: 3, [0, 0, 0, 0]))
        try connection.send(try connection.request(5) + HTTP2InboundFilterTests.frame(0, stream: 5, [1]))
        #expect(
            try connection.frames() == [
                Frame(kind: 3, flags: 0, stream: 1, payload: [0, 0, 0, 1]),
                Frame(kind: 3, flags: 0, stream: 3, payload: [0, 0, 0, 1]),
                Frame(kind: 3, flags: 0, stream: 5, payload: [0, 0, 0, 5]),
            ])
        #expect(connection.dispatcher.submitted.count == 2)
        #expect(connection.dispatcher.cancelled.count == 2)
        try connection.send(try connection.request(7))
        #expect(connection.dispatcher.submitted.count == 3)
    }

    @Test func `A flood ends the connection, whatever NIOHTTP2 does with its frames`() throws {
        // PRIORITY, and WINDOW_UPDATE and RST_STREAM of a stream that is over.
        for frame in [
            HTTP2InboundFilterTests.frame(2, stream: 9, [0, 0, 0, 0, 1]),
            HTTP2InboundFilterTests.frame(8, stream: 1, [0, 0, 0, 1]),
            HTTP2InboundFilterTests.frame(3, stream: 1, [0, 0, 0, 8]),
        ] {
            let connection = try Connection()
            try connection.start()
            try connection.send(try connection.request(1))
            connection.reply(0, "x")
            _ = try connection.frames()
            try connection.send(Array(repeating: frame, count: 2000).flatMap { $0 })
            let last = try #require(try connection.frames().last)
            #expect(last.kind == 7 && last.payload.suffix(4) == [0, 0, 0, 11], "\(frame)")
        }
    }

    @Test func `Honest clients that cancel are not closed by NIOHTTP2's own limits`() throws {
        let connection = try Connection()
        try connection.start()
        var stream: UInt8 = 1
        for index in 0..<60 {
            try connection.send(try connection.request(stream) + connection.request(stream + 2))
            connection.reply(connection.dispatcher.submitted.count - 1, "x")
            try connection.send(HTTP2InboundFilterTests.frame(3, stream: stream, [0, 0, 0, 8]))
            stream += 4
            for _ in 0..<10 { try connection.send(HTTP2InboundFilterTests.frame(6, [1, 2, 3, 4, 5, 6, 7, 8])) }
            #expect(connection.dispatcher.cancelled.count == index + 1)
        }
        #expect(connection.channel.isActive)
        #expect(try connection.frames().allSatisfy { $0.kind != 7 })
    }

    @Test func `A request that crosses the drain is refused, with its body, and the others are answered`() throws {
        let connection = try Connection()
        try connection.start()
        try connection.send(try connection.request(1))
        _ = try connection.frames()
        _ = connection.loop.drain()
        let goAway = try #require(try connection.frames().last)
        #expect(goAway == Frame(kind: 7, flags: 0, stream: 0, payload: [0, 0, 0, 1, 0, 0, 0, 0]))
        try connection.send(
            try connection.request(3, ends: false) + HTTP2InboundFilterTests.frame(0, flags: 1, stream: 3, [1, 2]))
        #expect(try connection.frames() == [Frame(kind: 3, flags: 0, stream: 3, payload: [0, 0, 0, 7])])
        connection.reply(0, "last")
        #expect(try connection.frames().map(\.kind) == [1, 0])
        connection.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!connection.channel.isActive)
    }

    @Test func `Without TLS a connection that begins with the preface is one of HTTP/2 where it may be`() throws {
        for size in [1, 10, 24, 100] {
            let connection = try Connection(isPriorKnowledge: true) { $0.allowsHTTP2PriorKnowledge = true }
            let bytes =
                Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + HTTP2InboundFilterTests.frame(4)
                + (try connection.request(1))
            for start in stride(from: 0, to: bytes.count, by: size) {
                try connection.send(Array(bytes[start..<min(bytes.count, start + size)]))
            }
            #expect(connection.dispatcher.submitted.count == 1)
            connection.reply(0, "hello")
            #expect(try connection.frames().map(\.kind) == [4, 4, 8, 1, 0])
        }
    }

    @Test func `Without TLS every other connection is one of HTTP/1`() throws {
        for (text, answer) in [
            ("GET /s HTTP/1.1\r\nhost: h\r\n\r\n", ""), ("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", "HTTP/1.1 505 "),
            ("PRI /s HTTP/1.1\r\nhost: h\r\n\r\n", ""),
        ] {
            let connection = try Connection(isPriorKnowledge: true) { $0.allowsHTTP2PriorKnowledge = true }
            for byte in text.utf8 { try connection.send([byte]) }
            #expect(connection.dispatcher.submitted.count == (answer.isEmpty ? 1 : 0), "\(text)")
            let written = try connection.channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) } ?? ""
            #expect(written.hasPrefix(answer))
        }
        let other = try Connection(isPriorKnowledge: true)
        try other.start()
        let written = try other.channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) } ?? ""
        #expect(written.hasPrefix("HTTP/1.1 505 "))
    }

    @Test func `A connection too many is told so in the version that it begins with`() throws {
        let two = try Connection(isPriorKnowledge: true, isRefused: true) {
            $0.allowsHTTP2PriorKnowledge = true
        }
        try two.start()
        try two.send(try two.request(1))
        let frames = try two.frames()
        #expect(frames.map(\.kind).contains(7))
        let head = try #require(frames.first { $0.kind == 1 })
        #expect(try two.fields(head).first(name: ":status") == "503")
        let one = try Connection(isPriorKnowledge: true, isRefused: true) {
            $0.allowsHTTP2PriorKnowledge = true
        }
        try one.send(Array("GET ".utf8))
        let written = try one.channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) } ?? ""
        #expect(written.hasPrefix("HTTP/1.1 503 "))
    }

    @Test func `A client that says nothing is closed after its time, and one that says half of it sooner`() throws {
        for bytes in [[], Array("PRI".utf8)] {
            let connection = try Connection {
                $0.idleTimeout = .seconds(5)
                $0.headerTimeout = .seconds(2)
            }
            try connection.send(bytes)
            connection.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            #expect(try connection.frames().map(\.kind) == [4])
            connection.channel.embeddedEventLoop.advanceTime(by: .milliseconds(bytes.isEmpty ? 4100 : 1100))
            #expect(try connection.frames().map(\.kind) == [7])
            connection.channel.embeddedEventLoop.advanceTime(by: .seconds(6))
            #expect(!connection.channel.isActive)
        }
    }
}
