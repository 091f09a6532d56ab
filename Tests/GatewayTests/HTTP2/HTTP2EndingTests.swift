import NIOCore
import NIOHTTP2
import SwiftZMQ
import Testing
import WorkerProtocol

@testable import Gateway

/// Times, limits and the end of a connection of HTTP/2.
@Suite struct HTTP2EndingTests {
    private static func bytes(_ count: Int) -> Frame { Frame([UInt8](repeating: 0x61, count: count)) }

    @Test func `A connection without a stream is told goodbye after its time, and closed`() {
        var script = HTTP2Script { $0.idleTimeout = .seconds(5) }
        script.take()
        script.pass(.seconds(4))
        script.request(1)
        script.pass(.seconds(30))
        #expect(script.goAways.isEmpty)
        script.reply(0, "a")
        script.take()
        script.pass(.milliseconds(4900))
        #expect(script.goAways.isEmpty)
        script.pass(.milliseconds(200))
        #expect(script.goAways.map(\.last) == [1] && script.goAways.map(\.code) == [.noError])
        #expect(script.endings == ["endOutput"])
        script.pass(.milliseconds(50))
        #expect(script.http.stage == .lingering)
        script.pass(.seconds(6))
        #expect(script.endings == ["endOutput", "close"])
    }

    @Test func `A head that does not come to its end ends the connection`() {
        var script = HTTP2Script { $0.headerTimeout = .seconds(2) }
        script.request(1)
        script.http.inputPaused(unfinishedHead: 3, at: script.now)
        script.settle()
        script.pass(.seconds(1))
        // Another one, begun later.
        script.http.inputPaused(unfinishedHead: 4, at: script.now)
        script.pass(.milliseconds(1900))
        #expect(script.goAways.isEmpty)
        script.pass(.milliseconds(200))
        #expect(script.goAways.map(\.code) == [.protocolError])
        #expect(script.cancelled.count == 1)
    }

    @Test func `A body that does not come in time is answered, and its stream alone ends`() {
        var script = HTTP2Script { $0.bodyTimeout = .seconds(2) }
        script.request(1, "POST", ends: false)
        script.pass(.seconds(1))
        script.request(3, "POST", ends: false)
        script.data(3, "a")
        script.pass(.milliseconds(1100))
        #expect(script.status(of: 1) == "408")
        script.pass(.milliseconds(100))
        #expect(script.end(of: 1) == ["end", "0"])
        #expect(script.heads(of: 3).isEmpty)
        script.data(3, "b", ends: true)
        #expect(script.submitted.count == 1)
        script.pass(.seconds(1))
        #expect(script.heads(of: 3).isEmpty && script.http.stage == .open)
    }

    @Test func `Deadlines of bodies that have come are not kept`() {
        var script = HTTP2Script()
        script.request(1, "POST", ends: false)
        for index in 1..<500 {
            let id = HTTP2StreamID(2 * index + 1)
            script.request(id, "POST", ends: false)
            script.data(id, "a", ends: true)
            script.reply(index - 1, "b")
        }
        #expect(script.http.bodyDeadlines.count < 30)
        #expect(script.http.bodyDeadlines.contains { $0.1 == 1 })
    }

    @Test func `A client that takes nothing of what is written is reset, and one that is slow is not`() {
        var script = HTTP2Script { $0.idleTimeout = .seconds(2) }
        script.allow(10 << 20, on: 0)
        script.request(1)
        script.allow(10 << 20, on: 1)
        script.isWritable = false
        script.reply(0, Self.bytes(1 << 20))
        for _ in 0..<10 {
            script.pass(.milliseconds(1500))
            script.take(1000)
        }
        #expect(script.endings.isEmpty)
        script.pass(.seconds(2))
        script.pass(.seconds(3))
        #expect(script.endings == ["reset"])
        #expect(script.finished.map(\.outcome) == [.abandoned])
    }

    @Test func `An answer of which the client allows nothing for long is cut, and the others go on`() {
        var script = HTTP2Script { $0.idleTimeout = .seconds(2) }
        script.allow(1 << 20, on: 0)
        for id: HTTP2StreamID in [1, 3] {
            script.request(id)
            script.reply(id == 1 ? 0 : 1, Self.bytes(100_000))
        }
        script.take()
        script.pass(.milliseconds(1500))
        script.allow(10, on: 3)
        script.take()
        script.pass(.milliseconds(1000))
        #expect(script.end(of: 1) == ["2"])
        #expect(script.end(of: 3) == [])
        script.allow(100_000, on: 3)
        #expect(script.end(of: 3) == ["end"])
        #expect(script.http.stage == .open)
    }

    @Test func `A window of a stream is no help where that of the connection is what is missing`() {
        var script = HTTP2Script { $0.idleTimeout = .seconds(2) }
        script.request(1)
        script.allow(100_000, on: 1)
        script.reply(0, Self.bytes(100_000))
        script.take()
        for _ in 0..<3 {
            script.pass(.seconds(1))
            script.allow(10, on: 1)
        }
        #expect(script.size(of: 1) == 65535 && script.end(of: 1) == ["2"])
    }

    @Test func `An answer waits as long as what was sent of it is on its way to a slow reader`() {
        var script = HTTP2Script { $0.idleTimeout = .seconds(2) }
        script.request(1)
        script.reply(0, Self.bytes(100_000))
        for _ in 0..<10 {
            script.pass(.seconds(1))
            script.take(5000)
        }
        #expect(script.end(of: 1) == [])
        script.take()
        script.pass(.seconds(5))
        #expect(script.end(of: 1) == ["2"])
    }

    @Test func `A drain answers what is open, refuses what comes, and ends`() {
        var script = HTTP2Script()
        script.request(1)
        script.request(3, "POST", ends: false)
        script.rules.isDraining = true
        script.http.drain(at: script.now)
        script.settle()
        #expect(script.goAways.map(\.last) == [3] && script.goAways.map(\.code) == [.noError])
        script.request(5)
        #expect(script.end(of: 5) == ["7"])
        script.data(3, "a", ends: true)
        script.reply(0, "one")
        #expect(script.endings.isEmpty)
        script.reply(1, "two")
        #expect(script.end(of: 1) == ["end"] && script.end(of: 3) == ["end"])
        #expect(script.endings == ["endOutput"])
        script.take()
        script.pass(.milliseconds(30))
        #expect(script.http.stage == .lingering)
        script.http.inputClosed(unacknowledged: 0, at: script.now)
        script.settle()
        #expect(script.endings == ["endOutput", "close"])
    }

    @Test func `A connection too many answers its first request, and ends`() {
        var script = HTTP2Script(isRefused: true)
        script.request(1)
        script.request(3)
        #expect(script.status(of: 1) == "503")
        #expect(script.body(of: 1).contains("too-many-connections"))
        #expect(script.end(of: 1) == ["end"])
        #expect(script.end(of: 3) == [])
        #expect(script.goAways.map(\.last) == [1])
        #expect(script.endings == ["endOutput"])
        #expect(script.submitted.isEmpty)
        var silent = HTTP2Script(isRefused: true) { $0.headerTimeout = .seconds(1) }
        silent.take()
        silent.pass(.seconds(2))
        #expect(silent.endings == ["endOutput"])
    }

    @Test func `A client that half-closes gets what has begun`() {
        var script = HTTP2Script()
        for id: HTTP2StreamID in [1, 3] { script.request(id) }
        script.answer(0, .begin(ReplyHead(status: 200), piece: "a"))
        script.http.inputClosed(unacknowledged: 0, at: script.now)
        script.settle()
        #expect(script.cancelled == [script.submitted[1].id.number])
        script.answer(0, .end("b"))
        #expect(script.body(of: 1) == "ab" && script.end(of: 1) == ["end"])
        script.take()
        script.pass(.seconds(1))
        #expect(script.endings == ["close"])
    }

    @Test func `A client that half-closes and has not allowed its answer loses it at once`() {
        for isBlocked in [true, false] {
            var script = HTTP2Script()
            script.request(1)
            if isBlocked {
                script.reply(0, Self.bytes(70_000))
            } else {
                script.answer(.begin(ReplyHead(status: 200), piece: "a"))
            }
            script.http.inputClosed(unacknowledged: 0, at: script.now)
            script.settle()
            if !isBlocked { script.answer(.piece(Self.bytes(70_000))) }
            #expect(script.end(of: 1) == ["2"])
            script.take()
            script.pass(.seconds(1))
            #expect(script.endings == ["close"])
        }
    }

    @Test func `After an error of the client's nothing is left at the broker, and nothing more is said`() {
        var script = HTTP2Script()
        script.request(1)
        script.http.fail(.flowControlError, at: script.now)
        script.settle()
        #expect(script.goAways.map(\.code) == [.flowControlError])
        #expect(script.cancelled.count == 1)
        script.reply(0, "late")
        script.request(3)
        #expect(script.frames.allSatisfy { $0.streamID == 0 })
        #expect(script.endings == ["endOutput"])
    }

    @Test func `A head after the end of a request, and a frame that is too long, end the connection`() {
        var script = HTTP2Script()
        script.request(1)
        script.begin(.headers, flags: 5, length: 10, stream: 1)
        #expect(script.goAways.map(\.code) == [.streamClosed])
        var other = HTTP2Script()
        other.begin(.headers, flags: 5, length: 10, stream: 1)
        other.begin(.headers, flags: 5, length: 10, stream: 3)
        #expect(other.goAways.isEmpty)
        other.begin(.headers, flags: 5, length: 10, stream: 3)
        #expect(other.goAways.map(\.code) == [.streamClosed])
        var long = HTTP2Script()
        long.begin(.continuation, length: 16384, stream: 1)
        #expect(long.goAways.isEmpty)
        long.begin(.continuation, length: 16385, stream: 1)
        #expect(long.goAways.map(\.code) == [.frameSizeError])
    }

    // MARK: Floods

    static let nothings: [(HTTP2FrameHead.Kind, UInt8)] = [
        (.data, 0), (.priority, 0), (.settings, 0), (.settings, 1), (.ping, 0), (.ping, 1), (.windowUpdate, 0),
        (HTTP2FrameHead.Kind(number: 99), 0),
    ]

    @Test(arguments: nothings) func `Over a thousand frames that bring nothing end the connection`(
        kind: HTTP2FrameHead.Kind, flags: UInt8
    ) {
        var script = HTTP2Script()
        let length = kind == .data ? 0 : 8
        for _ in 0..<1000 {
            script.begin(kind, flags: flags, length: length)
            script.now = script.now + .milliseconds(5)
        }
        #expect(script.goAways.isEmpty)
        script.begin(kind, flags: flags, length: length)
        #expect(script.goAways.map(\.code) == [.enhanceYourCalm])
    }

    @Test func `As many in a longer time are no flood, nor are those that bring something`() {
        var script = HTTP2Script()
        for _ in 0..<5000 {
            script.begin(.ping, length: 8)
            script.now = script.now + .milliseconds(11)
        }
        for number in 0..<5000 {
            script.begin(.data, length: 1)
            script.begin(.data, flags: 1, stream: 1)
            script.begin(.headers, flags: 5, length: 10, stream: UInt32(2 * number + 3))
            script.http.inputPaused(unfinishedHead: nil, at: script.now)
        }
        #expect(script.goAways.isEmpty)
    }

    @Test func `Windows may be updated for what is sent`() {
        var script = HTTP2Script()
        script.allow(1 << 30, on: 0)
        script.request(1)
        script.allow(1 << 30, on: 1)
        script.reply(0, Self.bytes(40 << 20))
        #expect(script.lengths(of: 1).count == 2560)
        for _ in 0..<5000 { script.begin(.windowUpdate, length: 4) }
        #expect(script.goAways.isEmpty)
        for _ in 0..<5000 { script.begin(.windowUpdate, length: 4) }
        #expect(script.goAways.count == 1)
    }

    @Test func `DATA that is nothing but padding is a flood as well`() {
        var script = HTTP2Script()
        script.request(1, "POST", ends: false)
        for _ in 0..<1001 { script.data(1, "", padding: 100) }
        #expect(script.goAways.map(\.code) == [.enhanceYourCalm])
    }

    @Test func `Streams that are opened and reset at once end the connection`() {
        var script = HTTP2Script()
        for index in 0..<101 where script.goAways.isEmpty {
            let id = HTTP2StreamID(2 * index + 1)
            script.request(id)
            script.begin(.reset, length: 4)
            if script.goAways.isEmpty { script.receive(id, .rstStream(.cancel)) }
        }
        #expect(script.goAways.map(\.code) == [.enhanceYourCalm])
        #expect(script.cancelled.count == 101)
    }

    @Test func `A client that lets a part of its answers come is not taken for one that floods`() {
        var script = HTTP2Script()
        for index in 0..<1000 {
            let id = HTTP2StreamID(2 * index + 1)
            script.request(id)
            if index % 8 == 0 {
                script.reply(index, "a")
            } else {
                script.begin(.reset, length: 4)
                script.receive(id, .rstStream(.cancel))
            }
        }
        #expect(script.goAways.isEmpty)
    }

    @Test func `Streams that are made to be reset end the connection as well`() {
        var script = HTTP2Script()
        for index in 0..<101 { script.request(HTTP2StreamID(2 * index + 1), "GET", "no-path") }
        #expect(script.goAways.map(\.code) == [.enhanceYourCalm])
        var other = HTTP2Script()
        for _ in 0..<101 { other.http.noteFault(at: other.now) }
        other.settle()
        #expect(other.goAways.map(\.code) == [.enhanceYourCalm])
    }

    @Test func `Streams over the limit are a fault of a client that knows it, and of another when they are a flood`() {
        var script = HTTP2Script { $0.maximumStreams = 1 }
        for index in 0...250 { script.request(HTTP2StreamID(2 * index + 1)) }
        #expect(script.goAways.isEmpty && script.end(of: 501) == ["7"])
        script.begin(.settings, flags: HTTP2FrameHead.acknowledges)
        for index in 251...351 { script.request(HTTP2StreamID(2 * index + 1)) }
        #expect(script.goAways.map(\.code) == [.enhanceYourCalm])
        var flood = HTTP2Script { $0.maximumStreams = 1 }
        for index in 0...1001 { flood.request(HTTP2StreamID(2 * index + 1)) }
        #expect(flood.goAways.map(\.code) == [.enhanceYourCalm])
    }
}
