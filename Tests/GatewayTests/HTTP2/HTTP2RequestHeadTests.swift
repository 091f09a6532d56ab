import NIOCore
import NIOHPACK
import Testing

@testable import Gateway

@Suite struct HTTP2RequestHeadTests {
    typealias Fields = [(String, String)]

    private static let get: Fields = [(":method", "GET"), (":scheme", "http"), (":path", "/a?b"), (":authority", "h")]

    private func head(_ fields: Fields, defaultPort: Int = 80) -> String? {
        HTTP2RequestHead.read(HPACKHeaders(fields), defaultPort: defaultPort).map { String(buffer: $0.head) }
    }

    @Test func `The fields make a head of HTTP/1.1`() {
        #expect(
            head(Self.get + [("accept", "*/*"), ("x-empty", "")])
                == "GET /a?b HTTP/1.1\r\nhost: h\r\naccept: */*\r\nx-empty: \r\n\r\n")
        #expect(
            head([(":method", "OPTIONS"), (":path", "*"), (":scheme", "https"), (":authority", "h:1")])
                == "OPTIONS * HTTP/1.1\r\nhost: h:1\r\n\r\n")
        #expect(
            head([(":method", "CONNECT"), (":authority", "h:443")]) == "CONNECT h:443 HTTP/1.1\r\nhost: h:443\r\n\r\n")
    }

    @Test func `Cookies that come one by one are one field`() {
        #expect(
            head(Self.get + [("cookie", "a=b"), ("x", "y"), ("cookie", "c=d"), ("cookie", "e=f")])
                == "GET /a?b HTTP/1.1\r\nhost: h\r\nx: y\r\ncookie: a=b; c=d; e=f\r\n\r\n")
    }

    @Test func `A host field stands in for an authority, and must name the same beside it`() {
        let without = Array(Self.get.dropLast())
        #expect(head(without + [("host", "x:8")]) == "GET /a?b HTTP/1.1\r\nhost: x:8\r\n\r\n")
        #expect(head(without) == nil)
        #expect(head(Self.get + [("host", "H")]) == "GET /a?b HTTP/1.1\r\nhost: h\r\n\r\n")
        #expect(head(Self.get + [("host", "h:80")]) != nil)
        #expect(head(Self.get + [("host", "h:80")], defaultPort: 443) == nil)
        #expect(head(Self.get + [("host", "h:443")], defaultPort: 443) != nil)
        #expect(head(Self.get + [("host", "i")]) == nil)
        #expect(head(Self.get + [("host", "h"), ("host", "h")]) == nil)
        #expect(head(Self.get + [("host", "")]) == nil)
    }

    @Test func `What HTTP/1.1 has an answer for is left to its parser`() {
        // Each of them gets 400 there, and none can be read as more than one line.
        for fields: Fields in [
            [(":method", "G T"), (":scheme", "http"), (":path", "/"), (":authority", "h")],
            [(":method", "GET"), (":scheme", "http"), (":path", "/a b HTTP/1.1"), (":authority", "h")],
            [(":method", "GET"), (":scheme", "http"), (":path", "/#"), (":authority", "h")],
            Self.get + [("content-length", "+1")],
            Self.get + [("x", "a\u{1}b")],
            Array(Self.get.dropLast()) + [("host", "a"), ("host", "b")],
        ] {
            guard let text = head(fields) else {
                Issue.record("\(fields) is malformed")
                continue
            }
            var bytes = ByteBuffer(string: text)
            var parser = RequestHeadParser()
            #expect(throws: RequestRejection.self, "\(text)") {
                _ = try parser.parse(&bytes, limits: RequestLimits(HTTPSettings()))
            }
        }
    }

    static let malformed: [Fields] =
        (0..<3).map { index in get.enumerated().filter { $0.offset != index }.map(\.element) }
        + (0..<4).map { index in get + [get[index]] }
        + (0..<4).map { index in get.enumerated().map { $0.offset == index ? ($0.element.0, "") : $0.element } }
        + (0..<4).map { index in get.enumerated().map { $0.offset == index ? ($0.element.0, " x") : $0.element } }
        + [
            get + [(":status", "200")], get + [(":protocol", "websocket")], [(":Method", "GET")] + get,
            [("x", "y")] + get, [get[0], get[1], ("x", "y"), get[2], get[3]],
            get + [("X-Upper", "a")], get + [("", "a")], get + [("a b", "c")], get + [("a:", "c")], get + [("é", "c")],
            get + [("x", "a\rb")], get + [("x", "a\nb")], get + [("x", "a\u{0}b")], get + [("x", " a")],
            get + [("x", "a ")], get + [("x", "\ta")], get + [("x", "a\r\nhost: other")],
            get + [("connection", "close")], get + [("keep-alive", "x")], get + [("proxy-connection", "x")],
            get + [("transfer-encoding", "chunked")], get + [("upgrade", "h2c")], get + [("te", "gzip")],
            get + [("te", "trailers, gzip")],
            [get[0], get[1], (":path", "a"), get[3]], [get[0], get[1], (":path", "http://h/"), get[3]],
            [get[0], get[1], (":path", "/\r\nx: y"), get[3]],
            [get[0], (":scheme", "1"), get[2], get[3]], [get[0], (":scheme", "ht tp"), get[2], get[3]],
            [get[0], get[1], get[2], (":authority", "u@h")], [get[0], get[1], get[2], (":authority", "h/")],
            [get[0], get[1], get[2], (":authority", "h:99999")], [get[0], get[1], get[2], (":authority", ":80")],
            [(":method", "CONNECT"), (":authority", "h:1"), (":path", "/")], [(":method", "CONNECT")],
            [(":method", "CONNECT"), (":authority", "h:1"), (":scheme", "http")], [],
        ]

    @Test(arguments: malformed) func `What could not be said in HTTP/1.1 is malformed`(fields: Fields) {
        #expect(head(fields) == nil, "\(fields)")
    }

    @Test func `TE may say trailers`() {
        #expect(head(Self.get + [("te", "trailers")]) != nil)
    }
}
