import Foundation

extension HTTP2Case {
    private static func malformed(_ name: String, _ fields: (String, String)...) -> HTTP2Case {
        HTTP2Case("\(name) is RST_STREAM PROTOCOL_ERROR", .request(fields: fields), .reset(1, .protocolError))
    }

    private static func bare(_ name: String, _ fields: (String, String)...) -> HTTP2Case {
        HTTP2Case("\(name) is RST_STREAM PROTOCOL_ERROR", .fields(fields), .reset(1, .protocolError))
    }

    private static func raw(_ name: [UInt8], _ value: [UInt8]) -> Step {
        var block = HeaderBlock.request("GET", "/probe/head")
        block.add(name, value)
        return .block(1, block)
    }

    /// Names of fields (RFC 9113, section 8.2.1).
    static let fieldNames: [HTTP2Case] = [
        malformed("A name in upper case", ("X-TEST", "ok")),
        malformed("A name with one letter in upper case", ("x-tesT", "ok")),
        malformed("Content-Length in upper case", ("Content-Length", "4")),
        HTTP2Case("An empty name is an error", .request(fields: [("", "a")]), .refusedOrGone(1, 400)),
        HTTP2Case(
            "Fifty empty names are an error", .request(fields: [(String, String)](repeating: ("", ""), count: 50)),
            .refusedOrGone(1, 400, 431)),
        HTTP2Case("A name with a blank is refused", .request(fields: [("x test", "a")]), .refused(1, 400)),
        HTTP2Case("A name with a colon is refused", .request(fields: [("x-test: a", "b")]), .refused(1, 400)),
        HTTP2Case(
            "A name with a whole request in it is refused",
            .request(fields: [("x: a\r\n\r\nGET /evil HTTP/1.1\r\nhost", "b")]), .refused(1, 400)),
        HTTP2Case("A name with NUL is refused", .request(fields: [("x\0", "b")]), .refused(1, 400)),
        HTTP2Case("A name with DEL is refused", .request(fields: [("x\u{7F}", "b")]), .refused(1, 400)),
        HTTP2Case("A name beyond ASCII is refused", raw([0x78, 0xE9], [0x61]), .refused(1, 400)),
        HTTP2Case("A name with a tab is refused", .request(fields: [("x\t", "b")]), .refused(1, 400)),
        HTTP2Case(
            "A name of every character that a token may have is taken",
            .request(1, "GET", "/probe/head", fields: [("!#$%&'*+-.^_`|~0az", "b")]),
            .answer { $0.text.contains("\r\n!#$%&'*+-.^_`|~0az: b\r\n") ? nil : "it is not there" }),
    ]

    /// What the worker's head has in `x-test`.
    private static func lines(_ answer: ReceivedStream) -> [[UInt8]] {
        answer.body.split(separator: 0x0A).filter { $0.starts(with: "x-test: ".utf8) }
            .map { Array($0.dropFirst(8).dropLast()) }
    }

    /// Values of fields (RFC 9113, section 8.2.1).
    static let fieldValues: [HTTP2Case] = [
        malformed("A value with CR LF", ("x-test", "a\r\nx-evil: b")),
        malformed("A value with CR", ("x-test", "a\rb")),
        malformed("A value with LF", ("x-test", "a\nb")),
        malformed("A value with NUL", ("x-test", "a\0b")),
        malformed("A value that ends with CR LF", ("x-test", "a\r\n")),
        malformed(
            "A value with a whole request in it", ("x-test", "a\r\n\r\nGET /evil HTTP/1.1\r\nhost: evil\r\n\r\n")),
        malformed("A value that begins with a blank", ("x-test", " a")),
        malformed("A value that ends with a blank", ("x-test", "a ")),
        malformed("A value that begins with a tab", ("x-test", "\ta")),
        malformed("A value that ends with a tab", ("x-test", "a\t")),
        malformed("A value of nothing but a blank", ("x-test", " ")),
        malformed("A cookie with CR LF", ("cookie", "a=1\r\nx-evil: b")),
        malformed("A cookie with LF in its second crumb", ("cookie", "a=1"), ("cookie", "b=2\nc=3")),
        HTTP2Case(
            "Another control character in a value is answered as in HTTP/1.1",
            .request(fields: [("x-test", "a\u{1}b")]),
            .problem(1, 400, "bad-request")),
        HTTP2Case(
            "DEL in a value is answered as in HTTP/1.1", .request(fields: [("x-test", "a\u{7F}b")]),
            .problem(1, 400, "bad-request")),
        HTTP2Case(
            "ESC in a value is answered as in HTTP/1.1, body or not",
            .request(1, "POST", "/probe/echo", fields: [("x-test", "\u{1B}[31m")], end: false),
            .problem(1, 400, "bad-request")),
        HTTP2Case(
            "A value with blanks and a tab inside is taken",
            .request(1, "GET", "/probe/head", fields: [("x-test", "a  b\tc")]),
            .answer { $0.text.contains("\r\nx-test: a  b\tc\r\n") ? nil : "it is not there" }),
        HTTP2Case(
            "An empty value is taken", .request(1, "GET", "/probe/head", fields: [("x-test", "")]),
            .answer { $0.text.contains("\r\nx-test: \r\n") ? nil : "it is not there" }),
        HTTP2Case(
            "Text beyond ASCII in a value comes as it is", raw(Array("x-test".utf8), [0x61, 0xC3, 0xA9, 0x62]),
            .answer { lines($0).contains([0x61, 0xC3, 0xA9, 0x62]) ? nil : "no é" }),
        HTTP2Case(
            "Bytes beyond ASCII in a value come as they are, or not at all",
            raw(Array("x-test".utf8), [0x61, 0xE9, 0x62]),
            Step { client in
                try client.wait(for: "an end of the stream") { client.streams[1]?.isOver == true }
                guard let answer = client.streams[1],
                    answer.status == 400 || lines(answer).contains([0x61, 0xE9, 0x62])
                else { throw client.notCome("the same bytes, or 400") }
            }),
    ]

    /// Fields that speak of a connection (RFC 9113, section 8.2.2).
    static let connectionFields: [HTTP2Case] = [
        malformed("Connection", ("connection", "keep-alive")),
        malformed("Connection that is empty", ("connection", "")),
        malformed("Keep-Alive", ("keep-alive", "timeout=5")),
        malformed("Proxy-Connection", ("proxy-connection", "keep-alive")),
        malformed("Transfer-Encoding", ("transfer-encoding", "chunked")),
        malformed("Transfer-Encoding of identity", ("transfer-encoding", "identity")),
        malformed("Transfer-Encoding that is empty", ("transfer-encoding", "")),
        malformed("Upgrade", ("upgrade", "websocket")),
        malformed("TE with more than trailers", ("te", "trailers, deflate")),
        malformed("TE of gzip", ("te", "gzip")),
        malformed("TE that is empty", ("te", "")),
        HTTP2Case(
            "TE of trailers is taken, and is not the worker's",
            .request(1, "GET", "/probe/head", fields: [("te", "trailers")]),
            .answer { $0.text.contains("te: trailers") ? "it is there" : nil }),
        HTTP2Case(
            "Transfer-Encoding with a body is RST_STREAM PROTOCOL_ERROR, and the worker sees nothing",
            .keyed { key in
                [
                    .request(
                        1, "POST", "/probe/mark/\(key)", fields: [("transfer-encoding", "chunked")], end: false),
                    .data(1, "0\r\n\r\nGET /evil HTTP/1.1\r\nhost: evil\r\n\r\n"), .reset(1, .protocolError),
                    .request(3, "GET", "/probe/count/\(key)"), .answer(3, body: "0"),
                ]
            }),
    ]

    private static let method = (":method", "GET")
    private static let scheme = (":scheme", "http")
    private static let path = (":path", "/probe/bytes/13")
    private static let authority = (":authority", "localhost")

    /// Pseudo-fields (RFC 9113, section 8.3).
    static let pseudoFields: [HTTP2Case] = [
        bare("No :method", scheme, path, authority),
        bare("No :scheme", method, path, authority),
        bare("No :path", method, scheme, authority),
        bare("No :method and no :scheme", path, authority),
        bare("Neither :authority nor host", method, scheme, path),
        bare("An empty :method", (":method", ""), scheme, path, authority),
        bare("An empty :scheme", method, (":scheme", ""), path, authority),
        bare("An empty :path", method, scheme, (":path", ""), authority),
        bare("An empty :authority", method, scheme, path, (":authority", "")),
        bare("An empty :authority beside a host", method, scheme, path, (":authority", ""), ("host", "localhost")),
        bare("A second :method", method, scheme, path, authority, method),
        bare("A second :scheme", method, scheme, path, authority, scheme),
        bare("A second :path", method, scheme, path, authority, path),
        bare("A second :path that differs", method, scheme, path, (":path", "/evil"), authority),
        bare("A second :authority", method, scheme, path, authority, authority),
        bare("An unknown pseudo-field", method, scheme, path, authority, (":test", "ok")),
        bare("A pseudo-field without a name", method, scheme, path, authority, (":", "ok")),
        bare("A pseudo-field of responses", method, scheme, path, authority, (":status", "200")),
        bare("A pseudo-field in upper case", (":Method", "GET"), scheme, path, authority),
        bare(":protocol without an extension for it", method, scheme, path, authority, (":protocol", "websocket")),
        bare("A pseudo-field after a field", ("x-test", "ok"), method, scheme, path, authority),
        bare("The last pseudo-field after a field", method, scheme, path, ("x-test", "ok"), authority),
        bare("A :path with CR LF", method, scheme, (":path", "/probe/head HTTP/1.1\r\nx-evil: a"), authority),
        bare("A :path with LF", method, scheme, (":path", "/probe\n/head"), authority),
        bare("A :path with NUL", method, scheme, (":path", "/probe/\0"), authority),
        bare("A :path that begins with a blank", method, scheme, (":path", " /probe/head"), authority),
        bare("A :path that ends with a blank", method, scheme, (":path", "/probe/head "), authority),
        bare("A :path without its slash", method, scheme, (":path", "probe/bytes/13"), authority),
        bare("A :path in absolute form", method, scheme, (":path", "http://localhost/probe/bytes/13"), authority),
        bare("A :path that only begins with an asterisk", method, scheme, (":path", "*/probe"), authority),
        bare("A :method with CR LF", (":method", "GET / HTTP/1.1\r\nx: y"), scheme, path, authority),
        bare("A :scheme with CR LF", method, (":scheme", "http\r\nx-evil: a"), path, authority),
        bare("An :authority with CR LF", method, scheme, path, (":authority", "localhost\r\nx-evil: a")),
        bare("No field at all"),
        HTTP2Case(
            "The order of pseudo-fields is free", .fields([authority, path, scheme, method]), .answer()),
        HTTP2Case(
            "A scheme that names another place does not reach the worker",
            .fields([method, (":scheme", "http://evil/evil?"), (":path", "/probe/head"), authority]),
            Step { client in
                try client.wait(for: "an end of the stream") { client.streams[1]?.isOver == true }
            }, .check("no evil in the head") { !($0.streams[1]?.text.contains("evil") ?? false) }),
        HTTP2Case(
            "A client without TLS is not believed to have it because its :scheme says https",
            .fields([method, (":scheme", "https"), (":path", "/probe/head"), authority]),
            Step { client in
                try client.wait(for: "an end of the stream") { client.streams[1]?.isOver == true }
            }, .check("no https in the head") { !($0.streams[1]?.text.contains("https") ?? false) }),
    ]

    /// The lines of the worker's head that name the host.
    private static func hostLines(_ answer: ReceivedStream) -> [String] {
        answer.text.components(separatedBy: "\r\n").filter { $0.hasPrefix("host:") }
    }

    private static func refusedAuthority(_ name: String) -> HTTP2Case {
        bare("The :authority “\(name)”", method, scheme, path, (":authority", name))
    }

    private static func takenAuthority(_ name: String) -> HTTP2Case {
        HTTP2Case(
            "The :authority “\(name)” is the worker's host, once",
            .fields([method, scheme, (":path", "/probe/head"), (":authority", name)]),
            .answer { hostLines($0) == ["host: \(name)"] ? nil : "it is not, or not once" })
    }

    /// What is no authority (RFC 9113, section 8.3.1).
    static let refusedAuthorities: [HTTP2Case] = [
        "user@localhost", "user:word@localhost", "localhost/probe", "localhost?a", "localhost#a", "a b", "a,b",
        "localhost:65536", "localhost:-1", "localhost:8a", "localhost:80:80", "[::1", "::1", "[::g]", "a\\b", "a\"b",
        "@", "http://localhost",
    ].map(refusedAuthority)

    /// What is one.
    static let takenAuthorities: [HTTP2Case] = [
        "localhost:80", "localhost:0", "127.0.0.1:65535", "[::1]:80", "[::1]", "xn--nxasmq6b.example", "a_b.example",
    ].map(takenAuthority)

    /// The authority, and the host beside it.
    static let hosts: [HTTP2Case] = [
        bare("A host that differs from :authority", method, scheme, path, authority, ("host", "evil")),
        bare("A host that differs by its port", method, scheme, path, authority, ("host", "localhost:81")),
        bare("An empty host beside :authority", method, scheme, path, authority, ("host", "")),
        HTTP2Case(
            "A host without :authority is the worker's host, once",
            .fields([method, scheme, (":path", "/probe/head"), ("host", "example.org")]),
            .answer { hostLines($0) == ["host: example.org"] ? nil : "it is not, or not once" }),
        HTTP2Case(
            "A host that is the :authority reaches the worker once",
            .fields([method, scheme, (":path", "/probe/head"), authority, ("host", "localhost")]),
            .answer { hostLines($0) == ["host: localhost"] ? nil : "it does not" }),
        HTTP2Case(
            "A second host is refused", .fields([method, scheme, path, ("host", "a"), ("host", "b")]),
            .refused(1, 400)),
        HTTP2Case(
            "A second host that is the same is refused",
            .fields([method, scheme, path, authority, ("host", "localhost"), ("host", "localhost")]),
            .refused(1, 400)),
        HTTP2Case(
            "A host that is none is refused where there is no :authority",
            .fields([method, scheme, path, ("host", "a/b")]), .refused(1, 400)),
    ]
}
