import Foundation

extension HTTP2Case {
    private static func refused(_ target: String) -> HTTP2Case {
        HTTP2Case(
            "The target “\(target)” is answered as in HTTP/1.1", .request(1, "GET", target),
            .problem(1, 400, "bad-request"))
    }

    /// Targets that are well formed for HTTP/2, and not for HTTP/1.1.
    static let refusedTargets: [HTTP2Case] = [
        "/probe#a", "/#", "/%", "/%zz", "/probe/%4", "/probe/head?%zz", "/probe/a b", "/probe/a\tb", "/probe/é",
        "/probe/\u{7F}", "/probe/\u{1}", "/probe/head HTTP/1.1", "*",
    ].map(refused)

    /// Targets, and where they lead.
    static let targets: [HTTP2Case] = [
        HTTP2Case(
            "A target that HTTP/1.1 would refuse is answered before the body has come",
            .request(1, "POST", "/probe#a", end: false), .problem(1, 400, "bad-request"), .request(3), .answer(3)),
        HTTP2Case(
            "OPTIONS of everything is answered with what is allowed", .request(1, "OPTIONS", "*"),
            .answer(1, 204) { $0["allow"].isEmpty ? "no allow" : nil }),
        HTTP2Case(
            "A target over the limit is 414", .request(1, "GET", "/probe/" + String(repeating: "a", count: 9000)),
            .problem(1, 414, "target-too-long"), .request(3), .answer(3)),
        HTTP2Case(
            "HEAD of a target that is refused is answered without a body", .request(1, "HEAD", "/probe#a"),
            .answer(1, 400), .request(3, "HEAD", "/probe/" + String(repeating: "a", count: 9000)), .answer(3, 414)),
        HTTP2Case(
            "A target of 30,000 bytes is 414",
            .request(1, "GET", "/probe/" + String(repeating: "a", count: 30_000)),
            .problem(1, 414, "target-too-long"), .request(3), .answer(3)),
        HTTP2Case(
            "Dot segments lead to the service that they name, and to none before it",
            .request(1, "GET", "/probe/%2e%2e/nobody/head"), .problem(1, 404, "unknown-service"),
            .request(3, "GET", "/probe/../nobody/head"), .problem(3, 404, "unknown-service")),
        HTTP2Case(
            "The target reaches the worker as it was sent",
            .request(1, "GET", "/probe/head/%41?a=%20b&c;d=/?e"),
            .answer { $0.text.hasPrefix("GET /probe/head/%41?a=%20b&c;d=/?e HTTP/1.1\r\n") ? nil : "another" }),
        HTTP2Case(
            "A service that nobody serves is 404", .request(1, "GET", "/nobody/x"),
            .problem(1, 404, "unknown-service"), .request(3), .answer(3)),
    ]

    private static let authority = (":authority", "localhost:443")

    /// Methods.
    static let methods: [HTTP2Case] = [
        HTTP2Case(
            "CONNECT is 405", .fields([(":method", "CONNECT"), authority]),
            .answer(1, 405) {
                $0["allow"].isEmpty ? "no allow" : $0.problem == "method-not-allowed" ? nil : "no problem"
            },
            .request(3), .answer(3)),
        HTTP2Case(
            "CONNECT that stays open is 405", .fields([(":method", "CONNECT"), authority], end: false),
            .problem(1, 405, "method-not-allowed"), .request(3), .answer(3)),
        HTTP2Case(
            "CONNECT to a host without a port is refused",
            .fields([(":method", "CONNECT"), (":authority", "localhost")]),
            .refused(1, 400, 405), .request(3), .answer(3)),
        HTTP2Case(
            "CONNECT with :scheme and :path is refused", .request(1, "CONNECT", "/probe/head"), .refused(1, 405)),
        HTTP2Case(
            "CONNECT of a WebSocket to a service without one is 426, as a 200 would be taken for one",
            .fields(
                [
                    (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"), (":path", "/probe/head"),
                    ("sec-websocket-version", "13"), authority,
                ], end: false), .refused(1, 426)),
        HTTP2Case(
            "CONNECT of another protocol is 501",
            .fields(
                [(":method", "CONNECT"), (":protocol", "connect-udp"), (":scheme", "http"), (":path", "/probe/head")]
                    + [authority], end: false), .refused(1, 501)),
        HTTP2Case(
            "CONNECT of a protocol without a path is RST_STREAM PROTOCOL_ERROR",
            .fields([(":method", "CONNECT"), (":protocol", "websocket"), authority], end: false),
            .reset(1, .protocolError)),
        HTTP2Case(
            "TRACE is 405", .request(1, "TRACE", "/probe/head"),
            .answer(1, 405) {
                $0["allow"].isEmpty ? "no allow" : $0.problem == "method-not-allowed" ? nil : "no problem"
            }),
        HTTP2Case(
            "A method of the client's own reaches the worker", .request(1, "MKREDIRECT", "/probe/head"),
            .answer { $0.text.hasPrefix("MKREDIRECT /probe/head HTTP/1.1\r\n") ? nil : "another method" }),
        HTTP2Case(
            "A method in lower case is another method", .request(1, "get", "/probe/head"),
            .answer { $0.text.hasPrefix("get /probe/head HTTP/1.1\r\n") ? nil : "another method" }),
        HTTP2Case(
            "A method with a blank and a target in it is refused", .request(1, "GET /evil", "/probe/head"),
            .refused(1, 400)),
        HTTP2Case("A method that is no token is refused", .request(1, "(GET)", "/probe/head"), .refused(1, 400)),
        HTTP2Case("A method beyond ASCII is refused", .request(1, "GÉT", "/probe/head"), .refused(1, 400)),
        HTTP2Case(
            "GET with a body brings it to the worker", .request(1, "GET", "/probe/echo", end: false),
            .data(1, "body"), .answer(1, body: "body")),
    ]

    private static func mismatch(_ name: String, _ length: String, _ pieces: String..., ends: Bool = true) -> HTTP2Case
    {
        HTTP2Case(
            "\(name) is RST_STREAM PROTOCOL_ERROR, unseen by the worker",
            .keyed { key in
                [
                    .request(
                        1, "POST", "/probe/mark/\(key)", fields: [("content-length", length)], end: pieces.isEmpty),
                    .send(
                        pieces.indices.map {
                            .data(1, Array(pieces[$0].utf8), end: ends && $0 == pieces.count - 1)
                        }),
                    .reset(1, .protocolError), .request(3, "GET", "/probe/count/\(key)"), .answer(3, body: "0"),
                ]
            })
    }

    private static func refusedLength(_ values: String...) -> HTTP2Case {
        HTTP2Case(
            "Content-Length “\(values.joined(separator: "”, “"))” is answered as in HTTP/1.1",
            .request(1, "POST", "/probe/echo", fields: values.map { ("content-length", $0) }, end: false),
            .problem(1, 400, "bad-request"))
    }

    /// Lengths that are announced, and what comes (RFC 9113, section 8.1.1).
    static let contentLengths: [HTTP2Case] = [
        mismatch("A body longer than its length", "1", "test"),
        mismatch("A body in two frames longer than its length", "1", "test", "test"),
        mismatch("A body whose second frame goes beyond its length", "4", "test", "x"),
        mismatch("A body that goes beyond its length, and goes on", "4", "test", "x", ends: false),
        mismatch("A body shorter than its length", "10", "test"),
        mismatch("A body shorter than its length by the last byte", "5", "te", "st"),
        mismatch("A length with an empty DATA", "4", ""),
        mismatch("A length without DATA", "4"),
        mismatch("A length of 0 with DATA", "0", "x"),
        mismatch("A length, and a request behind the body", "4", "testGET /evil HTTP/1.1\r\nhost: evil\r\n\r\n"),
        HTTP2Case(
            "HEAD with a length and no body is RST_STREAM PROTOCOL_ERROR",
            .request(1, "HEAD", "/probe/head", fields: [("content-length", "4")]), .reset(1, .protocolError)),
        HTTP2Case(
            "A body shorter than its length with trailers behind it is RST_STREAM PROTOCOL_ERROR",
            .request(1, "POST", "/probe/echo", fields: [("content-length", "4")], end: false),
            .data(1, "te", end: false),
            .fields([("x-test", "a")]), .reset(1, .protocolError)),
        HTTP2Case(
            "A length and trailers without a body are RST_STREAM PROTOCOL_ERROR",
            .request(1, "POST", "/probe/echo", fields: [("content-length", "4")], end: false),
            .fields([("x-test", "a")]), .reset(1, .protocolError)),
        HTTP2Case(
            "A body of its length is taken",
            .request(1, "POST", "/probe/echo", fields: [("content-length", "4")], end: false), .data(1, "test"),
            .answer(1, body: "test")),
        HTTP2Case(
            "A body of its length whose end comes in a frame of its own is taken",
            .request(1, "POST", "/probe/echo", fields: [("content-length", "4")], end: false),
            .data(1, "te", end: false), .data(1, "st", end: false), .data(1, ""), .answer(1, body: "test")),
        HTTP2Case(
            "A length of 0 without a body is taken, and is not the worker's",
            .request(1, "POST", "/probe/head", fields: [("content-length", "0")]),
            .answer { $0.text.contains("content-length") ? "it is there" : nil }),
        HTTP2Case(
            "A length that stands twice and is the same reaches the worker once",
            .request(1, "POST", "/probe/head", fields: [("content-length", "4"), ("content-length", "4")], end: false),
            .data(1, "test"),
            .answer { $0.text.components(separatedBy: "\r\ncontent-length: 4\r\n").count == 2 ? nil : "not once" }),
        HTTP2Case(
            "A body without a length gets one for the worker", .request(1, "POST", "/probe/head", end: false),
            .data(1, "test", end: false), .data(1, "test"),
            .answer { $0.text.components(separatedBy: "\r\ncontent-length: 8\r\n").count == 2 ? nil : "not once" }),
        refusedLength("4", "5"), refusedLength("", "4"), refusedLength("4", ""), refusedLength("+4"),
        refusedLength("-4"), refusedLength("04"), refusedLength("4a"),
        refusedLength("0x4"), refusedLength("4.0"), refusedLength("4, 4"), refusedLength("4,4"), refusedLength(""),
        refusedLength("4 4"), refusedLength("9223372036854775808"), refusedLength("99999999999999999999999"),
        refusedLength("18446744073709551620"), refusedLength("٤"),
    ]

    private static let upload = Step.request(1, "POST", "/probe/echo", end: false)

    private static func trailer(_ name: String, _ fields: (String, String)..., reset: Bool = true) -> HTTP2Case {
        HTTP2Case(
            "Trailers with \(name) are \(reset ? "RST_STREAM PROTOCOL_ERROR" : "refused")", upload,
            .data(1, "test", end: false), .fields(fields), reset ? .reset(1, .protocolError) : .refused(1, 400, 431))
    }

    /// Trailers (RFC 9113, section 8.1).
    static let trailers: [HTTP2Case] = [
        HTTP2Case(
            "Trailers are read and dropped",
            .request(1, "POST", "/probe/echo", fields: [("trailer", "x-test")], end: false),
            .data(1, "test", end: false), .fields([("x-test", "ok")]), .answer(1, body: "test")),
        HTTP2Case("Trailers without a body are read", upload, .fields([("x-test", "ok")]), .answer(1, body: "")),
        HTTP2Case(
            "Trailers without a field are read", upload, .data(1, "test", end: false), .fields([]),
            .answer(1, body: "test")),
        HTTP2Case(
            "A field of trailers does not reach the worker", .request(1, "POST", "/probe/head", end: false),
            .data(1, "test", end: false), .fields([("x-trailer", "ok")]),
            .answer { $0.text.contains("x-trailer") ? "it does" : nil }),
        HTTP2Case(
            "Trailers without END_STREAM are RST_STREAM PROTOCOL_ERROR", upload, .data(1, "test", end: false),
            .fields([("x-test", "ok")], end: false), .reset(1, .protocolError)),
        HTTP2Case(
            "A second head in place of a body is RST_STREAM PROTOCOL_ERROR", upload,
            .request(1, "POST", "/probe/echo", end: false), .reset(1, .protocolError)),
        HTTP2Case(
            "Trailers that are another request are RST_STREAM PROTOCOL_ERROR", upload, .data(1, "test", end: false),
            .request(1, "GET", "/evil"), .reset(1, .protocolError)),
        trailer(":method", (":method", "POST")),
        trailer(":status", (":status", "200")),
        trailer("a name in upper case", ("X-Test", "a")),
        trailer("CR LF in a value", ("x-test", "a\r\nb")),
        trailer("NUL in a value", ("x-test", "a\0")),
        trailer("Connection", ("connection", "close")),
        trailer("Transfer-Encoding", ("transfer-encoding", "chunked")),
        trailer("Content-Length", ("content-length", "4"), reset: false),
        trailer("Host", ("host", "evil"), reset: false),
        trailer("Authorization", ("authorization", "Basic YTpi"), reset: false),
        trailer("Trailer", ("trailer", "x-test"), reset: false),
        trailer("more than the limit", ("x-test", String(repeating: "t", count: 20_000)), reset: false),
        HTTP2Case(
            "Trailers with an empty name are an error", upload, .data(1, "test", end: false), .fields([("", "a")]),
            .refusedOrGone(1, 400)),
        HTTP2Case(
            "DATA after trailers is STREAM_CLOSED", .request(1, "POST", "/probe/hold/trailers", end: false),
            .data(1, "test", end: false), .fields([("x-test", "ok")]), .data(1, "more"), .error(1, .streamClosed)),
    ]
}
