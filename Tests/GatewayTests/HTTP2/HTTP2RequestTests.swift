import NIOCore
import NIOHPACK
import NIOHTTP2
import SwiftZMQ
import Testing
import WorkerProtocol

@testable import Gateway

/// Requests of HTTP/2 on their way to the broker.
@Suite struct HTTP2RequestTests {
    @Test func `A request reaches the broker as one of HTTP/1.1, and its answer its stream`() {
        var script = HTTP2Script()
        script.request(1, "GET", "/s/a?b", [("accept", "*/*"), ("te", "trailers")])
        #expect(script.submitted.count == 1)
        #expect(
            script.submitted[0].headText
                == "GET /s/a?b HTTP/1.1\r\nhost: h\r\naccept: */*\r\nx-request-id: 1\r\nx-forwarded-for: 192.0.2.1\r\n"
                + "x-forwarded-proto: http\r\nx-forwarded-host: h\r\n\r\n")
        script.answer(
            .reply(
                ReplyHead(
                    status: 201, fields: [.init(name: "X-A", value: "b"), .init(name: "connection", value: "c")]),
                body: "hello"))
        #expect(script.status(of: 1) == "201")
        #expect(script.field("x-a", of: 1) == "b")
        #expect(script.field("connection", of: 1) == nil)
        #expect(script.field("content-length", of: 1) == "5")
        #expect(script.field("x-request-id", of: 1) == "1")
        #expect(script.field("date", of: 1) != nil)
        #expect(script.body(of: 1) == "hello")
        #expect(script.end(of: 1) == ["end"])
        #expect(script.finished.map(\.outcome) == [.answered])
        #expect(script.finished.first?.bytesOut == 5)
        #expect(script.http.streams.isEmpty && script.http.requests.isEmpty)
    }

    @Test func `A body is collected, and its length told`() {
        var script = HTTP2Script()
        script.request(1, "POST", "/s", ends: false)
        script.data(1, "abc")
        #expect(script.submitted.isEmpty)
        script.data(1, "def", ends: true)
        #expect(script.submitted[0].values(of: "content-length") == ["6"])
        #expect(String(script.submitted[0].body) == "abcdef")
    }

    @Test func `Trailers end a body, and are dropped`() {
        var script = HTTP2Script()
        script.request(1, "POST", "/s", ends: false)
        script.data(1, "abc")
        script.receive(1, .headers(.init(headers: ["x-checksum": "1"], endStream: true)))
        #expect(String(script.submitted[0].body) == "abc")
        script.request(3, "POST", "/s", ends: false)
        script.receive(3, .headers(.init(headers: ["content-length": "1"], endStream: true)))
        #expect(script.status(of: 3) == "400")
        script.request(5, "POST", "/s", ends: false)
        script.receive(5, .headers(.init(headers: [":path": "/"], endStream: true)))
        #expect(script.end(of: 5) == ["1"])
        script.request(7, "POST", "/s", ends: false)
        let many = HPACKHeaders((0..<101).map { ("x\($0)", "y") })
        script.receive(7, .headers(.init(headers: many, endStream: true)))
        #expect(script.status(of: 7) == "400")
        #expect(script.submitted.count == 1)
    }

    @Test(arguments: [
        (["ab"], false, "2"), (["ab", "cd"], false, "3"), (["ab"], true, "3"), ([""], true, "3"), (["a"], true, "0"),
    ]) func `A body that is not as long as it says resets the stream, or goes on`(
        pieces: [String], ends: Bool, length: String
    ) {
        var script = HTTP2Script()
        script.request(1, "POST", "/s", ends: false, [("content-length", length)])
        for (index, piece) in pieces.enumerated() { script.data(1, piece, ends: ends && index == pieces.count - 1) }
        let isWrong = pieces.joined().utf8.count > Int(length) ?? 0 || ends
        #expect(script.end(of: 1) == (isWrong ? ["1"] : []))
        #expect(script.submitted.isEmpty)
        #expect(script.frames.allSatisfy { if case .headers = $0.payload { false } else { true } })
    }

    @Test func `A request that ends at once and names a length resets the stream`() {
        var script = HTTP2Script()
        script.request(1, "POST", "/s", [("content-length", "1")])
        #expect(script.end(of: 1) == ["1"])
        script.request(3, "POST", "/s", [("content-length", "0")])
        #expect(script.submitted.count == 1)
    }

    @Test func `What HTTP/1.1 refuses gets the same answer, and its stream alone ends`() {
        var script = HTTP2Script { $0.maximumHeaderSize = 200 }
        let cases: [(String, String, [(String, String)], String)] = [
            ("GET", "/none", [], "404"), ("TRACE", "/s", [], "405"), ("OPTIONS", "*", [], "204"),
            ("GET", "*", [], "400"), ("GET", "/%zz", [], "400"), ("GET", "/s", [("expect", "x")], "417"),
            ("GET", "/s", [("x", String(repeating: "y", count: 300))], "431"), ("GET", "/s", [("x", "\u{1}")], "400"),
            ("POST", "/s", [("content-length", "01")], "400"), ("G(T", "/s", [], "400"),
            ("GET", "/" + String(repeating: "a", count: 9000), [], "414"),
        ]
        for (index, row) in cases.enumerated() {
            let id = HTTP2StreamID(2 * index + 1)
            script.request(id, row.0, row.1, row.2)
            #expect(script.status(of: id) == row.3, "\(row)")
            #expect(script.end(of: id) == ["end"], "\(row)")
        }
        script.receive(
            101, .headers(.init(headers: [":method": "CONNECT", ":authority": "h:1"], endStream: false)))
        #expect(script.status(of: 101) == "405")
        script.pass(.milliseconds(100))
        #expect(script.end(of: 101) == ["end", "0"])
        #expect(script.submitted.isEmpty)
        #expect(script.http.stage == .open)
        script.request(103)
        #expect(script.submitted.count == 1)
    }

    @Test func `What was not UTF-8 is refused, as it cannot be told any more, and what is passes`() {
        var script = HTTP2Script()
        script.request(1, "GET", "/s", [("x", "a\u{FFFD}b")])
        #expect(script.status(of: 1) == "400")
        script.request(3, "GET", "/s", [("x", "a\u{E9}\u{FFFC}\u{F000}b")])
        #expect(script.submitted.count == 1)
    }

    @Test func `An answer to HEAD has no body, whatever was wrong with the request`() {
        var script = HTTP2Script()
        script.request(1, "HEAD", "/%zz")
        #expect(script.status(of: 1) == "400" && script.end(of: 1) == ["end"] && script.lengths(of: 1) == [])
    }

    @Test func `What cannot be said in HTTP/1.1 resets the stream`() {
        var script = HTTP2Script()
        script.request(1, "GET", "/s", [("Upper", "a")])
        script.request(3, "GET", "s")
        script.request(5, "GET", "/s", [("connection", "close")])
        for id: HTTP2StreamID in [1, 3, 5] {
            #expect(script.end(of: id) == ["1"])
            #expect(script.heads(of: id).isEmpty)
        }
        #expect(script.http.streams.isEmpty)
    }

    @Test func `A body over the limit is refused before it comes, or as soon as it is over it`() {
        var script = HTTP2Script { $0.maximumBodySize = 10 }
        script.request(1, "POST", "/s", ends: false, [("content-length", "11")])
        #expect(script.status(of: 1) == "413")
        #expect(script.end(of: 1) == ["end"])
        script.pass(.milliseconds(99))
        #expect(script.end(of: 1) == ["end"])
        script.pass(.milliseconds(1))
        #expect(script.end(of: 1) == ["end", "0"])
        script.request(3, "POST", "/s", ends: false)
        script.data(3, "0123456789")
        #expect(script.heads(of: 3).isEmpty)
        script.data(3, "0")
        #expect(script.status(of: 3) == "413")
        // The client has sent all meanwhile, and its stream is over.
        script.data(3, "more")
        script.data(3, "", ends: true)
        script.pass(.seconds(1))
        #expect(script.end(of: 3) == ["end"])
        script.request(5, "POST", "/s", ends: false)
        script.data(5, "01234567890", ends: true)
        #expect(script.end(of: 5) == ["end"])
        #expect(script.submitted.isEmpty)
    }

    @Test func `Who waits for a 100 gets it where the request is welcome`() {
        var script = HTTP2Script()
        script.request(1, "POST", "/s", ends: false, [("expect", "100-continue")])
        #expect(script.status(of: 1) == "100")
        #expect(script.end(of: 1) == [])
        script.data(1, "a", ends: true)
        #expect(script.submitted.count == 1)
        script.request(3, "POST", "/none", ends: false, [("expect", "100-continue")])
        #expect(script.heads(of: 3).compactMap { $0.first(name: ":status") } == ["404"])
        script.pass(.milliseconds(100))
        #expect(script.end(of: 3) == ["end", "0"])
    }

    @Test func `An unwelcome request with a body is read first, as in HTTP/1`() {
        var script = HTTP2Script()
        script.request(1, "POST", "/none", ends: false)
        script.data(1, "abc")
        #expect(script.heads(of: 1).isEmpty)
        script.data(1, "", ends: true)
        #expect(script.status(of: 1) == "404")
        #expect(script.end(of: 1) == ["end"])
    }

    @Test func `More streams than are allowed are refused, and the others go on`() {
        var script = HTTP2Script { $0.maximumStreams = 2 }
        for id: HTTP2StreamID in [1, 3, 5] { script.request(id) }
        #expect(script.submitted.count == 2)
        #expect(script.end(of: 5) == ["7"])
        script.reply(0, "a")
        script.request(7)
        #expect(script.submitted.count == 3)
        #expect(script.end(of: 7) == [])
    }

    @Test func `A connection keeps to the number of streams that its client was told of`() {
        var script = HTTP2Script { $0.maximumStreams = 3 }
        var settings = HTTPSettings()
        settings.maximumStreams = 1
        script.rules.apply(settings)
        for id: HTTP2StreamID in [1, 3, 5, 7] { script.request(id) }
        #expect(script.submitted.count == 3)
        #expect(script.end(of: 7) == ["7"])
    }

    @Test func `A request that breaks the rules of HTTP/2 is told of`() {
        var script = HTTP2Script()
        script.request(1, "GET", "/s", ends: true, [("X-Upper", "b")])
        #expect(script.end(of: 1) == ["1"])
        #expect(script.finished.map(\.failure) == [.badRequest])
        script.request(3, "POST", "/s", ends: false, [("content-length", "5")])
        script.data(3, "123456")
        #expect(script.end(of: 3) == ["1"])
        #expect(script.finished.map(\.failure) == [.badRequest, .badRequest])
        #expect(script.finished.map(\.method) == ["", "POST"])
        #expect(script.finished.map(\.status) == [nil, nil])
    }

    @Test func `A stream that the client resets is cancelled, and told as abandoned`() {
        var script = HTTP2Script()
        script.request(1)
        script.request(3, "POST", "/s", ends: false)
        script.receive(1, .rstStream(.cancel))
        script.receive(3, .rstStream(.cancel))
        #expect(script.cancelled == [script.submitted[0].id.number])
        #expect(script.finished.map(\.outcome) == [.abandoned, .abandoned])
        script.reply(0, "late")
        script.data(3, "late")
        #expect(script.heads(of: 1).isEmpty)
        #expect(script.end(of: 1) == [] && script.end(of: 3) == [])
    }

    @Test func `Bodies are allowed to come as they are taken, but not once nobody wants them`() {
        var script = HTTP2Script()
        #expect(script.allowed(on: 0) == (1 << 20) - 65535)
        script.request(1, "POST", "/s", ends: false)
        script.http.inboundWindowChanged(1, to: 40_000)
        script.settle()
        #expect(script.allowed(on: 1) == 0)
        script.http.inboundWindowChanged(1, to: 30_000)
        script.http.inboundWindowChanged(1, to: 20_000)
        script.http.inboundWindowChanged(0, to: 500_000)
        script.settle()
        #expect(script.allowed(on: 1) == 65536 - 20_000)
        #expect(script.allowed(on: 0) == (1 << 20) - 65535 + (1 << 20) - 500_000)
        script.request(3, "POST", "/s", ends: false, [("content-length", "9999999")])
        script.http.inboundWindowChanged(3, to: 10)
        script.settle()
        #expect(script.allowed(on: 3) == 0)
    }

    @Test
    func
        `Beyond their first windows only so many bodies come at a time as are kept, and the others have their time later`()
    {
        var script = HTTP2Script { $0.maximumBodySize = 100_000 }
        let ids = (0..<6).map { HTTP2StreamID(1 + 2 * $0) }
        for id in ids {
            script.request(id, "POST", "/s", ends: false)
            script.http.inboundWindowChanged(id, to: 20_000)
            script.settle()
        }
        #expect(ids.map { script.allowed(on: $0) > 0 } == [true, true, true, true, false, false])

        // A stream that waits may have less left by the time it may go on, and a second question changes nothing.
        script.http.inboundWindowChanged(ids[4], to: 0)
        script.settle()
        #expect(script.allowed(on: ids[4]) == 0)
        script.data(ids[0], "whole", ends: true)
        #expect(script.submitted.count == 1)
        #expect(script.allowed(on: ids[4]) == 65536)

        // The time that passed while it waited is not the client's.
        script.pass(TimeAmount(script.rules.settings.bodyTimeout) - .seconds(1))
        script.receive(ids[1], .rstStream(.cancel))
        #expect(script.allowed(on: ids[5]) == 65536 - 20_000)
        script.pass(.seconds(2))
        #expect(script.status(of: ids[2]) == "408" && script.status(of: ids[3]) == "408")
        #expect(script.status(of: ids[5]) == nil)
        script.pass(TimeAmount(script.rules.settings.bodyTimeout))
        #expect(script.status(of: ids[5]) == "408")
    }

    @Test func `Bodies that are known to be short all come at once`() {
        var script = HTTP2Script { $0.maximumBodySize = 1 << 20 }
        let ids = (0..<40).map { HTTP2StreamID(1 + 2 * $0) }
        for id in ids {
            script.request(id, "POST", "/s", ends: false, [("content-length", "100000")])
            script.http.inboundWindowChanged(id, to: 20_000)
            script.settle()
        }
        #expect(ids.allSatisfy { script.allowed(on: $0) > 0 })
    }
}
