import NIOCore
import NIOHPACK
import NIOHTTP2
import SwiftZMQ
import Testing
import WorkerProtocol

@testable import Gateway

/// WebSockets on streams of HTTP/2 (RFC 8441), with values alone.
@Suite struct HTTP2WebSocketTests {
    typealias Frames = WebSocketFrames

    private func connect(
        _ script: inout HTTP2Script, _ id: HTTP2StreamID = 1, protocolName: String = "websocket", ends: Bool = false,
        fields more: [(String, String)] = [("sec-websocket-version", "13")]
    ) {
        let fields: [(String, String)] = [
            (":method", "CONNECT"), (":protocol", protocolName), (":scheme", "http"), (":path", "/s/x"),
            (":authority", "h"),
        ]
        script.receive(id, .headers(.init(headers: HPACKHeaders(fields + more), endStream: ends)))
    }

    private func open(_ configure: (inout HTTPSettings) -> Void = { _ in }) -> HTTP2Script {
        var script = HTTP2Script(configure)
        connect(&script)
        script.answer(.open(ReplyHead(status: 101), credit: nil))
        return script
    }

    private func send(_ script: inout HTTP2Script, _ bytes: [UInt8], ends: Bool = false) {
        script.receive(1, .data(.init(data: .byteBuffer(ByteBuffer(bytes: bytes)), endStream: ends)))
    }

    /// The client's last frame, and the end of its stream behind it, come together.
    private func end(_ script: inout HTTP2Script, _ bytes: [UInt8] = []) {
        if !bytes.isEmpty { script.http.receive(Self.data(bytes, ends: false), at: script.now) }
        script.http.receive(Self.data([], ends: true), at: script.now)
        script.settle()
    }

    private static func data(_ bytes: [UInt8], ends: Bool) -> HTTP2Frame {
        HTTP2Frame(
            streamID: 1, payload: .data(.init(data: .byteBuffer(ByteBuffer(bytes: bytes)), endStream: ends)))
    }

    private func frames(_ script: HTTP2Script) throws -> [Frames.ServerFrame] {
        var bytes: [UInt8] = []
        for frame in script.frames where frame.streamID == 1 {
            if case .data(let data) = frame.payload, case .byteBuffer(let buffer) = data.data {
                bytes += buffer.readableBytesView
            }
        }
        return try #require(Frames.readServer(bytes)).frames
    }

    @Test func `An extended CONNECT is a GET to the worker, and its acceptance a 200`() throws {
        var script = HTTP2Script()
        connect(&script, fields: [("sec-websocket-version", "13"), ("sec-websocket-protocol", "a, b")])
        #expect(script.submitted.count == 1 && script.submitted[0].webSocket == .wanted)
        #expect(
            script.submitted[0].headText.hasPrefix("GET /s/x HTTP/1.1\r\nhost: h\r\nsec-websocket-protocol: a, b\r\n"))
        script.answer(
            .open(ReplyHead(status: 101, fields: [.init(name: "sec-websocket-protocol", value: "b")]), credit: nil))
        #expect(script.status(of: 1) == "200" && script.field("sec-websocket-protocol", of: 1) == "b")
        #expect(script.field("sec-websocket-accept", of: 1) == nil && script.end(of: 1) == [])
    }

    @Test func `Messages go both ways, and the end is the stream's`() throws {
        var script = open()
        send(&script, Frames.text("hi"))
        script.answer(.message(.text, "ho"))
        send(&script, Frames.close(1000))
        #expect(script.messages == ["text hi", "close \(Frame([3, 232]))"])
        #expect(try frames(script).map(\.opcode) == [1, 8])
        #expect(script.end(of: 1) == ["end"])
        script.pass(.milliseconds(200))
        #expect(script.end(of: 1) == ["end", "0"] && script.cancelled == [])
        #expect(script.finished.map(\.status) == [200] && script.finished[0].outcome == .answered)
    }

    @Test func `Frames that come before the answer wait for it`() {
        var script = HTTP2Script()
        connect(&script)
        send(&script, Frames.text("early"))
        #expect(script.messages == [])
        script.answer(.open(ReplyHead(status: 101), credit: nil))
        #expect(script.messages == ["text early"])
    }

    @Test func `A client that resets its stream, ends it without a close, or is silent, is gone`() {
        var reset = open()
        reset.receive(1, .rstStream(.cancel))
        #expect(reset.cancelled == [reset.submitted[0].id.number])
        var ended = open()
        send(&ended, [], ends: true)
        #expect(ended.cancelled.count == 1 && ended.end(of: 1) == ["end"])
        var silent = open()
        silent.take()
        silent.pass(.seconds(31))
        #expect((try? frames(silent).map(\.opcode)) == [9])
        silent.take()
        silent.pass(.seconds(31))
        #expect(silent.cancelled.count == 1)
    }

    @Test func `A close with the end of the stream right behind it is answered, and so is one that answers`() throws {
        var client = open()
        end(&client, Frames.close(1001))
        #expect(try frames(client).map(\.contents) == [[0x03, 0xE9]])
        #expect(client.end(of: 1) == ["end"] && client.cancelled == [])
        #expect(client.finished.map(\.outcome) == [.answered] && client.http.streams.isEmpty)
        var server = open()
        server.answer(.closed(WebSocketEnd(code: 4000, reason: "")))
        end(&server, Frames.close(4000))
        #expect(try frames(server).map(\.opcode) == [8])
        #expect(server.end(of: 1) == ["end"] && server.http.streams.isEmpty)
    }

    @Test func `Who ends the stream before there is an answer has gone, and who does so after it reads it`() {
        var gone = HTTP2Script()
        connect(&gone)
        end(&gone)
        #expect(gone.cancelled.count == 1 && gone.end(of: 1) == ["8"])
        #expect(gone.finished.map(\.outcome) == [.abandoned] && gone.http.streams.isEmpty)
        var refused = HTTP2Script()
        connect(&refused)
        refused.http.receive(
            .reply(ReplyHead(status: 403), body: "no"), for: refused.submitted[0].id.number, at: refused.now)
        end(&refused)
        #expect(refused.status(of: 1) == "403" && refused.body(of: 1) == "no" && refused.end(of: 1) == ["end"])
    }

    @Test func `An answer that would look like an acceptance is 426, and any other is itself`() {
        var script = HTTP2Script()
        connect(&script)
        script.reply(0, "no")
        #expect(script.status(of: 1) == "426" && script.field("upgrade", of: 1) == nil)
        connect(&script, 3)
        script.answer(1, .reply(ReplyHead(status: 404), body: "none"))
        #expect(script.status(of: 3) == "404" && script.body(of: 3) == "none")
        connect(&script, 5)
        script.answer(2, .begin(ReplyHead(status: 200), piece: "a"))
        #expect(script.status(of: 5) == "426" && script.cancelled.count == 1)
    }

    @Test func `What is no request for a WebSocket is refused`() {
        var script = HTTP2Script()
        connect(&script, 1, protocolName: "x")
        connect(&script, 3, ends: true)
        #expect(script.status(of: 1) == "501" && script.status(of: 3) == "400")
        connect(&script, 5, fields: [])
        #expect(script.submitted.last?.webSocket == .refused(.upgradeRequired))
        script.request(7, "GET", "/s", [(":protocol", "websocket")])
        #expect(script.end(of: 7) == ["1"])
    }

    @Test func `The client is allowed more as far as its messages are taken`() {
        var script = HTTP2Script()
        connect(&script)
        script.answer(.open(ReplyHead(status: 101), credit: 10))
        script.http.inboundWindowChanged(1, to: 20_000)
        script.settle()
        #expect(script.allowed(on: 1) == HTTP2Connection.streamWindow - 20_000)
        send(&script, Frames.frame(0x82, [UInt8](repeating: 1, count: 11)))
        script.http.inboundWindowChanged(1, to: 20_000)
        script.settle()
        #expect(script.allowed(on: 1) == HTTP2Connection.streamWindow - 20_000)
        script.answer(.granted(1))
        #expect(script.allowed(on: 1) == 2 * (HTTP2Connection.streamWindow - 20_000))
        #expect(script.messages.count == 1)
    }

    @Test func `Who wants to know of all that the client takes is told as it is sent`() {
        var script = open()
        let id = script.submitted[0].id.number
        script.receive(0, .settings(.settings([HTTP2Setting(parameter: .initialWindowSize, value: 0)])))
        script.answer(.message(.binary, Frame([UInt8](repeating: 1, count: 20))))
        script.answer(.granted(0))
        #expect(script.consumed[id] == nil)
        script.allow(12, on: 1)
        #expect(script.consumed[id] == 10)
        script.allow(100, on: 1)
        #expect(script.consumed[id] == 20)
    }

    @Test func `A drain ends it with 1012`() throws {
        var script = open()
        script.http.drain(at: script.now)
        script.settle()
        #expect(try frames(script).last?.contents.prefix(2) == [0x03, 0xF4])
        #expect(script.cancelled.count == 1 && script.goAways.count == 1)
    }

    @Test func `A client that does not take the answers to its pings is allowed no more of them`() throws {
        var script = open { $0.responseBuffer = 1000 }
        script.receive(0, .settings(.settings([HTTP2Setting(parameter: .initialWindowSize, value: 0)])))
        let ping = Frames.frame(0x89, [UInt8](repeating: 1, count: 100))
        send(&script, [[UInt8]](repeating: ping, count: 40).flatMap { $0 })
        script.http.inboundWindowChanged(1, to: 20_000)
        script.settle()
        #expect(try frames(script) == [] && script.allowed(on: 1) == 0)
        script.allow(100_000, on: 1)
        #expect(try frames(script).map(\.opcode) == [UInt8](repeating: 0xA, count: 40))
        #expect(script.allowed(on: 1) == HTTP2Connection.streamWindow - 20_000)
    }

    @Test func `What waits for a client that does not read is bounded`() {
        var script = open { $0.responseBuffer = 100_000 }
        let large = Frame([UInt8](repeating: 0, count: 60_000))
        for _ in 0..<5 { script.answer(.message(.binary, large)) }
        #expect(script.cancelled.count == 1 && script.http.held < 250_000)
    }
}
