import SwiftZMQ
import Testing
import WorkerProtocol

@Suite struct RequestHeadTests {
    static let origin = RequestOrigin(
        requestID: "id-1", clientAddress: "192.0.2.7", scheme: "http", listenerAddress: "127.0.0.1:8080")

    /// The same client, a proxy whose word is believed.
    static let proxy = RequestOrigin(
        requestID: "id-1", clientAddress: "192.0.2.7", scheme: "http", listenerAddress: "127.0.0.1:8080",
        isTrustedProxy: true)

    static func frame(
        _ fields: [(name: String, value: String)], method: String = "GET", target: String = "/", body: Int = 0,
        from origin: RequestOrigin = origin
    ) throws -> Frame {
        try frame(
            fields.map { (Array($0.name.utf8), Array($0.value.utf8)) }, method: Array(method.utf8),
            target: Array(target.utf8), body: body, from: origin)
    }

    static func frame(
        _ fields: [(name: [UInt8], value: [UInt8])], method: [UInt8], target: [UInt8], body: Int = 0,
        from origin: RequestOrigin = origin
    ) throws -> Frame {
        var head: [UInt8] = []
        func place(_ part: [UInt8]) -> Range<Int> {
            head += part
            return head.count - part.count..<head.count
        }
        let methodPlace = place(method)
        let targetPlace = place(target)
        let fieldPlaces = fields.map { field in
            HeadField(field.name.withUnsafeBytes { FieldName($0) }, name: place(field.name), value: place(field.value))
        }
        return head.withUnsafeBytes { head in
            RequestHead.frame(
                of: head, method: methodPlace, target: targetPlace, fields: fieldPlaces, bodyLength: body,
                origin: origin)
        }
    }

    /// The lines of the head that a client's fields make, without those the gateway adds at the end.
    static func lines(
        of fields: [(name: String, value: String)], method: String = "GET", body: Int = 0
    ) throws -> [String] {
        let text = String(try Self.frame(fields, method: method, body: body))
        #expect(text.hasSuffix("\r\n\r\n"))
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: true).map(String.init)
        #expect(
            lines.suffix(4).map { String($0.prefix { $0 != ":" }) } == [
                "x-request-id", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host",
            ])
        return lines.dropLast(4)
    }

    @Test func `The head is a request line, the fields in lower case and in order, and an empty line`() throws {
        let frame = try Self.frame(
            [("Host", "example.com"), ("X-B", "2"), ("X-A", "1"), ("X-B", "3")], target: "/echo/a?b=c")
        #expect(
            String(frame) == """
                GET /echo/a?b=c HTTP/1.1\r
                host: example.com\r
                x-b: 2\r
                x-a: 1\r
                x-b: 3\r
                x-request-id: id-1\r
                x-forwarded-for: 192.0.2.7\r
                x-forwarded-proto: http\r
                x-forwarded-host: example.com\r
                \r\n
                """)
    }

    @Test(arguments: [
        "Connection", "keep-alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
        "x-stream-credit", "X-Client-Certificate-Subject", "x_client_certificate_subject",
        "X-Client_Certificate-SUBJECT",
    ])
    func `A field that ends at the gateway is not passed on`(name: String) throws {
        #expect(try Self.lines(of: [("host", "a"), (name, "x"), ("b", "c")]) == ["GET / HTTP/1.1", "host: a", "b: c"])
    }

    @Test func `Whose certificate the client has shown stands once, whatever the client says`() throws {
        let origin = RequestOrigin(
            requestID: "id-1", clientAddress: "192.0.2.7", scheme: "https", listenerAddress: "127.0.0.1:8443",
            isTrustedProxy: true, clientCertificateSubject: #"CN=Ada,O=Engines\, Ltd"#)
        let text = String(
            try Self.frame(
                [
                    ("host", "a"), ("x-client-certificate-subject", "CN=Eve"),
                    ("connection", "x-client-certificate-subject"),
                ], from: origin))
        #expect(text.contains("\r\nx-client-certificate-subject: CN=Ada,O=Engines\\, Ltd\r\n"))
        #expect(!text.contains("Eve"))
        #expect(text.contains("\r\nx-forwarded-proto: https\r\n"))
    }

    @Test func `All that connection names is removed, wherever it stands, save host and content-length`() throws {
        let lines = try Self.lines(
            of: [
                ("X-Secret", "1"), ("host", "a"), ("Connection", "close, x-SECRET ,,\tother"), ("content-length", "3"),
                ("other", "2"), ("connection", "HOST, content-length, third"), ("third", "3"), ("fourth", "4"),
            ], method: "POST", body: 3)
        #expect(lines == ["POST / HTTP/1.1", "host: a", "content-length: 3", "fourth: 4"])
    }

    @Test func `Host stands once, and is the listener's address where the client sent none`() throws {
        #expect(try Self.lines(of: [("a", "b")]) == ["GET / HTTP/1.1", "host: 127.0.0.1:8080", "a: b"])
        #expect(try Self.lines(of: [("host", "one"), ("Host", "two")]) == ["GET / HTTP/1.1", "host: one"])
    }

    @Test func `Content-length stands exactly when there is a body, once, with its true length`() throws {
        let host = (name: "host", value: "a")
        #expect(try Self.lines(of: [host, ("Content-Length", "0")]) == ["GET / HTTP/1.1", "host: a"])
        #expect(try Self.lines(of: [host], body: 5) == ["GET / HTTP/1.1", "host: a", "content-length: 5"])
        #expect(
            try Self.lines(of: [("Content-Length", "5"), host, ("content-length", "5")], body: 5)
                == ["GET / HTTP/1.1", "content-length: 5", "host: a"])
    }

    @Test(arguments: ["x-request-id", "X-Forwarded-For", "x-forwarded-proto", "x-forwarded-host"])
    func `What a client says under the gateway's own names is replaced`(name: String) throws {
        let frame = try Self.frame([("host", "a"), (name, "forged")])
        let text = String(frame)
        #expect(!text.contains("forged"))
        #expect(text.components(of: "\r\n\(name.lowercased()): ") == 2)
    }

    @Test(arguments: ["x-stream-credit", "Forwarded"])
    func `What only the gateway or a trusted proxy may say is left out`(name: String) throws {
        #expect(try !String(Self.frame([("host", "a"), (name, "forged")])).contains("forged"))
    }

    /// The lines that the gateway adds to what a trusted proxy sent.
    private static func added(to fields: [(String, String)]) throws -> [String] {
        let text = String(try Self.frame([("host", "inner")] + fields, from: proxy))
        return text.split(separator: "\r\n").suffix(3).map(String.init)
    }

    @Test func `A trusted proxy's address is put behind those it tells, and its scheme and host are kept`() throws {
        #expect(
            try Self.added(to: [
                ("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "outer:1"),
            ]) == [
                "x-forwarded-for: 198.51.100.1, 192.0.2.7", "x-forwarded-proto: https", "x-forwarded-host: outer:1",
            ])
    }

    @Test func `Several lines of a trusted proxy become one, in order`() throws {
        #expect(
            try Self.added(to: [
                ("x-forwarded-for", "203.0.113.9, unknown"), ("x-forwarded-for", ""), ("x-forwarded-host", "a"),
                ("x-forwarded-for", "[2001:db8::1]:7"), ("x-forwarded-host", "b"),
            ]) == [
                "x-forwarded-for: 203.0.113.9, unknown, [2001:db8::1]:7, 192.0.2.7", "x-forwarded-proto: http",
                "x-forwarded-host: a, b",
            ])
    }

    @Test func `Where a trusted proxy says nothing, the gateway does`() throws {
        #expect(
            try Self.added(to: [("x-forwarded-proto", "")]) == [
                "x-forwarded-for: 192.0.2.7", "x-forwarded-proto: http", "x-forwarded-host: inner",
            ])
    }

    @Test func `A client behind a trusted proxy cannot have the proxy's word removed by connection`() throws {
        let text = String(
            try Self.frame(
                [
                    ("host", "a"), ("Connection", "x-forwarded-for, x-forwarded-proto, forwarded"),
                    ("x-forwarded-for", "198.51.100.1"), ("x-forwarded-proto", "https"),
                    ("Forwarded", "for=198.51.100.1"),
                ], from: Self.proxy))
        #expect(text.contains("\r\nx-forwarded-for: 198.51.100.1, 192.0.2.7\r\nx-forwarded-proto: https\r\n"))
        #expect(text.contains("\r\nforwarded: for=198.51.100.1\r\n"))
    }

    @Test func `Trace context is passed on`() throws {
        let lines = try Self.lines(of: [("host", "a"), ("TraceParent", "00-1"), ("tracestate", "v=1")])
        #expect(lines.suffix(2) == ["traceparent: 00-1", "tracestate: v=1"])
    }

    @Test func `A value is passed on byte for byte, whatever its encoding`() throws {
        let frame = try Self.frame(
            [(Array("x-name".utf8), [0x4A, 0xF6, 0x72, 0x67, 0xFF, 0x80])], method: Array("GET".utf8),
            target: Array("/".utf8))
        let expected = Array("x-name: ".utf8) + [0x4A, 0xF6, 0x72, 0x67, 0xFF, 0x80, 0x0D, 0x0A]
        #expect([UInt8](frame).contains(expected))
    }

    @Test(arguments: [("", "/"), ("?a=b", "/?a=b"), ("/c", "/c")])
    func `A target gets the slash that an absolute form may lack`(target: String, sent: String) throws {
        #expect(String(try Self.frame([], target: target)).hasPrefix("GET \(sent) HTTP/1.1\r\n"))
    }

    @Test func `A worker reads the head that the gateway made`() throws {
        let frame = try Self.frame([("Host", "h"), ("X", " v ")], method: "PATCH", target: "/a?b", body: 2)
        let head = try RequestHead(reading: frame)
        #expect(head.method == "PATCH")
        #expect(head.target == "/a?b")
        #expect(head.fields.prefix(3).map(\.name) == ["host", "x", "content-length"])
        #expect(head["x"] == "v")
        #expect(head["x-forwarded-for"] == "192.0.2.7")
        #expect(head["absent"] == nil)
    }

    @Test func `Stream credit is added as the last field`() throws {
        let frame = try Self.frame([("host", "h")])
        let head = try RequestHead(reading: RequestHead.adding(streamCredit: 4096, to: frame))
        #expect(head.fields.last == ReplyHead.Field(name: "x-stream-credit", value: "4096"))
        #expect(head.fields.count == 6)
    }

    @Test(arguments: [
        ("", "head-empty"),
        ("GET / HTTP/1.1\r\n", "line-not-ended"),
        ("GET / HTTP/1.1\r\nhost: a\r\n", "line-not-ended"),
        ("GET / HTTP/1.1\r\nhost: a\r\n\r\nx", "data-after-head"),
        ("GET / HTTP/1.1", "line-not-ended"),
        ("GET / HTTP/1.0\r\n\r\n", "request-line"),
        ("GET  / HTTP/1.1\r\n\r\n", "request-line"),
        ("GET / x HTTP/1.1\r\n\r\n", "request-line"),
        (" / HTTP/1.1\r\n\r\n", "request-line"),
        ("GET HTTP/1.1\r\n\r\n", "request-line"),
        ("\r\n\r\n", "request-line"),
        ("GET / HTTP/1.1\nhost: a\r\n\r\n", "forbidden-byte"),
        ("GET / HTTP/1.1\r\nhost : a\r\n\r\n", "field-name"),
        ("GET / HTTP/1.1\r\n host: a\r\n\r\n", "field-name"),
    ])
    func `The reader refuses what is not exactly a head`(text: String, code: String) {
        let error = #expect(throws: WorkerProtocolError.self) { try RequestHead(reading: Frame(text)) }
        #expect(error?.code.rawValue == code)
    }
}

extension String {
    /// How many parts a separator cuts the text into.
    fileprivate func components(of separator: String) -> Int {
        var count = 1
        var rest = utf8[...]
        while !rest.isEmpty {
            if rest.starts(with: separator.utf8) { count += 1 }
            rest.removeFirst()
        }
        return count
    }
}
