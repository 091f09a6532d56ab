import NIOCore
import NIOHTTP2
import SwiftZMQ
import Testing
import WorkerProtocol

@testable import Gateway

/// Answers of HTTP/2 on their way to the client.
@Suite struct HTTP2AnswerTests {
    private static func bytes(_ count: Int) -> Frame { Frame([UInt8](repeating: 0x61, count: count)) }

    @Test func `No more is sent than the client allows`() {
        var script = HTTP2Script()
        script.receive(0, .settings(.settings([HTTP2Setting(parameter: .initialWindowSize, value: 10)])))
        script.request(1)
        script.reply(0, Self.bytes(100))
        #expect(script.lengths(of: 1) == [10])
        script.allow(5, on: 1)
        #expect(script.lengths(of: 1) == [10, 5])
        script.receive(0, .settings(.settings([HTTP2Setting(parameter: .initialWindowSize, value: 0)])))
        script.allow(7, on: 1)
        // The window was below nothing.
        #expect(script.lengths(of: 1) == [10, 5])
        script.receive(0, .settings(.settings([HTTP2Setting(parameter: .initialWindowSize, value: 20)])))
        #expect(script.lengths(of: 1) == [10, 5, 17])
        script.allow(1000, on: 1)
        #expect(script.lengths(of: 1) == [10, 5, 17, 68])
        #expect(script.end(of: 1) == ["end"])
    }

    @Test func `The end of a body needs no window, be there less than none`() {
        var script = HTTP2Script()
        script.receive(0, .settings(.settings([HTTP2Setting(parameter: .initialWindowSize, value: 10)])))
        script.request(1)
        script.answer(.begin(ReplyHead(status: 200), piece: Self.bytes(10)))
        script.receive(0, .settings(.settings([HTTP2Setting(parameter: .initialWindowSize, value: 5)])))
        script.answer(.end(""))
        #expect(script.size(of: 1) == 10)
        #expect(script.end(of: 1) == ["end"])
    }

    @Test func `The window of the connection is shared`() {
        var script = HTTP2Script()
        for id: HTTP2StreamID in [1, 3, 5] {
            script.request(id)
            script.allow(1 << 20, on: id)
        }
        script.reply(0, Self.bytes(60_000))
        script.reply(1, Self.bytes(60_000))
        script.reply(2, Self.bytes(3))
        #expect(script.size(of: 1) + script.size(of: 3) == 65535)
        #expect(script.lengths(of: 5) == [])
        script.allow(100, on: 0)
        #expect(script.size(of: 1) + script.size(of: 3) + script.size(of: 5) == 65635)
        script.allow(1 << 20, on: 0)
        for id: HTTP2StreamID in [1, 3, 5] { #expect(script.end(of: id) == ["end"]) }
        #expect(script.http.held == 0)
    }

    @Test func `Each stream has its turn`() {
        var script = HTTP2Script()
        script.allow(10 << 20, on: 0)
        for id: HTTP2StreamID in [1, 3] {
            script.request(id)
            script.allow(10 << 20, on: id)
        }
        script.setWritable(false)
        script.reply(0, Self.bytes(1 << 20))
        script.reply(1, Self.bytes(10))
        #expect(script.heads(of: 1).isEmpty)
        script.setWritable(true)
        let order = script.frames.compactMap { frame -> HTTP2StreamID? in
            if case .data = frame.payload { frame.streamID } else { nil }
        }
        #expect(order.prefix(2) == [1, 3])
        #expect(script.lengths(of: 1) == Array(repeating: 16384, count: 64))
        #expect(script.end(of: 3) == ["end"])
    }

    @Test func `Little is handed on at a time, and nothing while the socket takes nothing`() {
        var script = HTTP2Script()
        script.allow(10 << 20, on: 0)
        script.request(1)
        script.allow(10 << 20, on: 1)
        script.isWritable = false
        script.reply(0, Self.bytes(1 << 20))
        // One turn was on its way before the socket said so.
        #expect(script.size(of: 1) <= 80 << 10)
        #expect(!script.http.wantsInput)
        script.setWritable(true)
        #expect(script.size(of: 1) == 1 << 20)
        #expect(script.http.wantsInput)
    }

    @Test func `A streamed answer goes out as it comes, small pieces together`() {
        var script = HTTP2Script()
        script.request(1)
        script.answer(.begin(ReplyHead(status: 200), piece: "ab"))
        #expect(script.field("content-length", of: 1) == nil)
        #expect(script.body(of: 1) == "ab")
        script.setWritable(false)
        for _ in 0..<3 { script.answer(.piece("cd")) }
        script.setWritable(true)
        #expect(script.lengths(of: 1) == [2, 6])
        script.answer(.end(""))
        #expect(script.lengths(of: 1) == [2, 6, 0])
        #expect(script.end(of: 1) == ["end"])
        #expect(script.finished.first?.bytesOut == 8)
    }

    @Test func `An answer that is cut is reset, never ended`() {
        var script = HTTP2Script()
        for id: HTTP2StreamID in [1, 3] { script.request(id) }
        script.answer(0, .begin(ReplyHead(status: 200), piece: "ab"))
        script.answer(0, .cut)
        #expect(script.end(of: 1) == ["2"])
        #expect(script.body(of: 1) == "ab")
        // Shorter than it said.
        script.answer(1, .begin(ReplyHead(status: 200, contentLength: 10), piece: "ab"))
        script.answer(1, .end("c"))
        #expect(script.end(of: 3) == ["2"])
        #expect(script.finished.map(\.outcome) == [.cut, .cut])
        #expect(script.http.stage == .open)
    }

    @Test func `What has come of an answer that is cut goes out before`() {
        var script = HTTP2Script()
        script.request(1)
        script.http.receive(
            .begin(ReplyHead(status: 200), piece: Self.bytes(70_000)), for: script.submitted[0].id.number,
            at: script.now)
        script.answer(.cut)
        #expect(script.status(of: 1) == "200" && script.size(of: 1) == 65535 && script.end(of: 1) == [])
        script.allow(10_000, on: 0)
        script.allow(10_000, on: 1)
        #expect(script.size(of: 1) == 70_000 && script.end(of: 1) == ["2"])
        #expect(script.finished.map(\.outcome) == [.cut])
    }

    @Test func `An answer to HEAD, and one without content, has no body`() {
        var script = HTTP2Script()
        script.request(1, "HEAD")
        script.reply(0, "hello")
        #expect(script.field("content-length", of: 1) == "5")
        #expect(script.end(of: 1) == ["end"] && script.lengths(of: 1) == [])
        script.request(3)
        script.answer(1, .reply(ReplyHead(status: 204), body: "no"))
        #expect(script.field("content-length", of: 3) == nil)
        #expect(script.end(of: 3) == ["end"] && script.lengths(of: 3) == [])
        script.request(5, "HEAD")
        script.answer(2, .begin(ReplyHead(status: 200, contentLength: 9), piece: "ab"))
        #expect(script.end(of: 5) == ["end"])
        #expect(script.cancelled == [script.submitted[2].id.number])
        script.request(7)
        script.answer(3, .begin(ReplyHead(status: 304), piece: Self.bytes(600_000)))
        script.answer(3, .end("no"))
        #expect(script.end(of: 7) == ["end"] && script.body(of: 7) == "")
        #expect(script.consumed[script.submitted[3].id.number] == 600_000)
    }

    @Test func `A failure of the broker is a problem document`() {
        var script = HTTP2Script { $0.serverName = "x" }
        script.request(1)
        script.answer(.failure(.noWorker))
        #expect(script.status(of: 1) == "503")
        #expect(script.field("retry-after", of: 1) == "1")
        #expect(script.field("server", of: 1) == "x")
        #expect(script.field("content-type", of: 1) == "application/problem+json")
        #expect(script.body(of: 1).contains("\"code\":\"no-worker\""))
    }

    @Test func `Bytes of a field that are not UTF-8 are taken for ISO 8859-1`() throws {
        var script = HTTP2Script()
        script.request(1)
        let head = try ReplyHead(
            reading: Frame(Array("200\r\nx-name: ".utf8) + [0xE9, 0x74, 0xE9] + Array("\r\n".utf8)))
        script.answer(.reply(head, body: ""))
        #expect(script.field("x-name", of: 1) == "\u{E9}t\u{E9}")
    }

    // MARK: Memory

    @Test func `A worker with credit is told what the client has taken, and no more`() {
        var script = HTTP2Script { $0.responseBuffer = 1 << 20 }
        script.request(1)
        let credit = script.submitted[0].streamCredit ?? 0
        #expect(credit > 500_000 && credit <= 1 << 20)
        script.answer(.begin(ReplyHead(status: 200), piece: Self.bytes(credit)))
        #expect(script.size(of: 1) == 65535)
        #expect(script.consumed.isEmpty)
        script.allow(400_000, on: 1)
        script.allow(400_000, on: 0)
        let number = script.submitted[0].id.number
        let taken = script.consumed[number] ?? 0
        #expect(taken > 0 && taken <= 465_535)
        // What was granted anew, it may send.
        script.answer(.piece(Self.bytes(taken)))
        #expect(script.end(of: 1) == [])
        #expect(script.http.held == credit - 465_535 + taken)
    }

    @Test func `All that workers with credit may send together is bounded`() {
        var script = HTTP2Script { $0.responseBuffer = 1 << 20 }
        for index in 0..<100 { script.request(HTTP2StreamID(2 * index + 1)) }
        let credits = script.submitted.compactMap(\.streamCredit)
        #expect(credits.count == 100)
        #expect(credits.reduce(0, +) <= 2 << 20)
        #expect(credits.min() ?? 0 >= 10 << 10)
        for index in 0..<100 {
            script.answer(index, .begin(ReplyHead(status: 200), piece: Self.bytes(credits[index])))
        }
        // None is cut.
        for index in 0..<100 { #expect(script.end(of: HTTP2StreamID(2 * index + 1)) == []) }
        #expect(script.http.held <= 2 << 20)
    }

    @Test func `Streams of topics take no more of what all may hold than they can have on their way`() {
        let route = Route(path: "/topics/", destination: .topics(TopicSource(endpoints: ["tcp://a:1"])))
        var script = HTTP2Script(routes: [route]) { $0.responseBuffer = 1 << 20 }
        for id: HTTP2StreamID in [1, 3, 5, 7] { script.request(id, "GET", "/topics/a") }
        #expect(script.submitted.compactMap(\.streamCredit) == [65536, 65536, 65536, 65536])
        script.request(9)
        #expect(script.submitted.last?.streamCredit ?? 0 > 400_000)
        for id: HTTP2StreamID in [1, 3, 5, 7, 9] { script.receive(id, .rstStream(.cancel)) }
        #expect(script.http.shared == 0)
    }

    @Test func `A worker without credit that overruns is cut, and its request cancelled`() {
        var script = HTTP2Script { $0.responseBuffer = 1000 }
        script.receive(0, .settings(.settings([HTTP2Setting(parameter: .initialWindowSize, value: 0)])))
        script.request(1)
        script.answer(.begin(ReplyHead(status: 200), piece: Self.bytes(900)))
        #expect(script.end(of: 1) == [])
        script.answer(.piece(Self.bytes(200)))
        #expect(script.end(of: 1) == ["2"])
        #expect(script.cancelled.count == 1)
        #expect(script.http.held == 0)
    }

    @Test func `All streams of workers without credit together are bounded`() {
        var script = HTTP2Script { $0.responseBuffer = 100_000 }
        script.receive(0, .settings(.settings([HTTP2Setting(parameter: .initialWindowSize, value: 0)])))
        for index in 0..<20 {
            script.request(HTTP2StreamID(2 * index + 1))
            script.answer(index, .begin(ReplyHead(status: 200), piece: Self.bytes(90_000)))
        }
        #expect(script.http.held <= 400_000)
        let cut = (0..<20).filter { script.end(of: HTTP2StreamID(2 * $0 + 1)) == ["2"] }
        #expect(cut.count >= 15)
        #expect(script.end(of: 1) == [])
    }

    @Test func `A whole answer that finds no room is asked for again, or cut`() {
        var script = HTTP2Script { $0.responseBuffer = 1000 }
        script.receive(0, .settings(.settings([HTTP2Setting(parameter: .initialWindowSize, value: 0)])))
        for (id, method) in [(1, "GET"), (3, "GET"), (5, "POST"), (7, "GET")] {
            script.request(HTTP2StreamID(id), method)
        }
        for index in 0..<4 { script.reply(index, Self.bytes(5000)) }
        #expect(script.end(of: 1) == [] && script.end(of: 3) == [] && script.end(of: 7) == [])
        #expect(script.end(of: 5) == ["2"])
        #expect(script.http.held == 5000)
        #expect(script.submitted.count == 4)
        script.allow(5000, on: 1)
        #expect(script.end(of: 1) == ["end"])
        // One at a time.
        #expect(script.submitted.count == 5)
        #expect(script.submitted[4].headText == script.submitted[1].headText)
        script.reply(4, Self.bytes(5000))
        #expect(script.status(of: 3) == "200")
        #expect(script.submitted.count == 5)
        script.allow(5000, on: 3)
        #expect(script.submitted.count == 6)
        script.reply(5, "small")
        script.allow(5000, on: 7)
        #expect(script.body(of: 7) == "small" && script.end(of: 7) == ["end"])
        #expect(script.finished.map(\.outcome) == [.cut, .answered, .answered, .answered])
        #expect(script.http.held == 0 && script.http.reserved == 0)
    }
}
