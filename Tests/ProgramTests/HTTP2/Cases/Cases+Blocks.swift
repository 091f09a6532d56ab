extension HTTP2Case {
    private static let head = HeaderBlock.request().bytes
    private static let dummy = HeaderBlock([("x-dummy", String(repeating: "x", count: 4000))]).bytes
    private static let small = HeaderBlock([("x-small", "a")]).bytes

    private static func begun(_ more: RawFrame...) -> Step {
        .send([.headers(1, head, end: false, complete: false)] + more)
    }

    /// Header blocks in several frames (RFC 9113, sections 4.3 and 6.10).
    static let continuations: [HTTP2Case] = [
        HTTP2Case(
            "A header block in two frames is one request",
            .send(.headers(1, Array(head[..<5]), complete: false), .continuation(1, Array(head[5...]))), .answer()),
        HTTP2Case(
            "A header block in three frames is one request",
            .send(
                .headers(1, Array(head[..<5]), complete: false),
                .continuation(1, Array(head[5..<10]), complete: false), .continuation(1, Array(head[10...]))),
            .answer()),
        HTTP2Case(
            "A header block in nine frames is one request",
            .send(
                [.headers(1, Array(head.dropLast(7)), complete: false)]
                    + head.suffix(7).map { .continuation(1, [$0], complete: false) } + [.continuation(1, [])]),
            .answer()),
        HTTP2Case(
            "An empty HEADERS and a CONTINUATION with everything are one request",
            .send(.headers(1, [], complete: false), .continuation(1, head)), .answer()),
        HTTP2Case(
            "A head of three frames that is within the limits is answered",
            .send(
                .headers(1, head, complete: false), .continuation(1, dummy, complete: false), .continuation(1, dummy)),
            .answer()),
        HTTP2Case(
            "Padding of HEADERS does not reach into the CONTINUATION after it",
            .send(
                .headers(1, Array(head[..<7]), complete: false, padding: 9), .continuation(1, Array(head[7...]))),
            .answer()),
        HTTP2Case(
            "PRIORITY within a header block ends the connection", begun(.priority(1)), .goAway(.protocolError)),
        HTTP2Case(
            "PRIORITY of another stream within a header block ends the connection", begun(.priority(9)),
            .goAway(.protocolError)),
        HTTP2Case(
            "HEADERS of another stream within a header block ends the connection", begun(.headers(3, head)),
            .goAway(.protocolError)),
        HTTP2Case(
            "A second HEADERS within a header block ends the connection", begun(.headers(1, head)),
            .goAway(.protocolError)),
        HTTP2Case(
            "CONTINUATION of another stream within a header block ends the connection",
            begun(.continuation(3, small)), .goAway(.protocolError)),
        HTTP2Case(
            "CONTINUATION on no stream ends the connection", begun(.continuation(0, small)), .goAway(.protocolError)),
        HTTP2Case("PING within a header block ends the connection", begun(.ping()), .goAway(.protocolError)),
        HTTP2Case("SETTINGS within a header block ends the connection", begun(.settings()), .goAway(.protocolError)),
        HTTP2Case(
            "WINDOW_UPDATE within a header block ends the connection", begun(.windowUpdate(0, 1)),
            .goAway(.protocolError)),
        HTTP2Case("RST_STREAM within a header block ends the connection", begun(.reset(1)), .goAway(.protocolError)),
        HTTP2Case(
            "A frame of an unknown type within a header block ends the connection",
            begun(RawFrame(kind: 0x16, stream: 0, payload: [0, 0, 0, 0, 0, 0, 0, 0])), .goAway(.protocolError)),
        HTTP2Case(
            "DATA in place of a CONTINUATION ends the connection",
            begun(.continuation(1, small, complete: false), .data(1, [1, 2])), .goAway(.protocolError)),
        HTTP2Case(
            "CONTINUATION after a complete HEADERS ends the connection",
            .send(.headers(1, head), .continuation(1, small)), .goAway(.protocolError, .streamClosed)),
        HTTP2Case(
            "CONTINUATION after a complete CONTINUATION ends the connection",
            .send(.headers(1, head, complete: false), .continuation(1, small), .continuation(1, small)),
            .goAway(.protocolError, .streamClosed)),
        HTTP2Case(
            "CONTINUATION after DATA ends the connection",
            begun(.data(1, [1]), .continuation(1, small, complete: false), .continuation(0, small)),
            .goAway(.protocolError)),
        HTTP2Case(
            "A field that two frames share is one field",
            .keyed { key in
                var block = HeaderBlock.request("GET", "/probe/head")
                block.add("x-key", key)
                return [
                    .send(
                        .headers(1, Array(block.bytes.dropLast(4)), complete: false),
                        .continuation(1, Array(block.bytes.suffix(4)))),
                    .answer { $0.text.contains("x-key: \(key)\r\n") ? nil : "no x-key" },
                ]
            }),
        HTTP2Case(
            "END_STREAM of HEADERS counts although CONTINUATION follows",
            .send(
                .headers(1, HeaderBlock.request("POST", "/probe/echo").bytes, end: true, complete: false),
                .continuation(1, small)), .answer(1, body: "")),
    ]

    /// The priorities of RFC 7540, which RFC 9113 keeps as something to be read over (section 5.3).
    static let priorities: [HTTP2Case] = [
        HTTP2Case(
            "HEADERS with priority is a request",
            .send(.headers(1, head, dependency: RawFrame.Dependency(weight: 255))), .answer()),
        HTTP2Case(
            "PRIORITY of the least and the greatest weight is taken",
            .send(
                .priority(1, RawFrame.Dependency(weight: 0)), .priority(1, RawFrame.Dependency(weight: 255))),
            .request(), .answer()),
        HTTP2Case(
            "PRIORITY with a dependency, an exclusive one too, is taken",
            .send(
                .priority(3, RawFrame.Dependency(stream: 1)),
                .priority(5, RawFrame.Dependency(stream: 3, isExclusive: true))), .request(), .answer()),
        HTTP2Case(
            "Priorities that depend on each other are taken",
            .send(
                .priority(3, RawFrame.Dependency(stream: 5)), .priority(5, RawFrame.Dependency(stream: 7)),
                .priority(7, RawFrame.Dependency(stream: 3))), .request(3), .answer(3)),
        HTTP2Case(
            "PRIORITY on no stream ends the connection", .send(.priority(0)), .goAway(.protocolError)),
        HTTP2Case(
            "PRIORITY of four bytes is FRAME_SIZE_ERROR", .request(1, "GET", "/probe/hold/priorities"),
            .send(RawFrame(kind: RawFrame.Kind.priority, stream: 1, payload: [0x80, 0, 0, 1])),
            .error(1, .frameSizeError)),
        HTTP2Case(
            "A stream whose HEADERS says that it depends on itself is PROTOCOL_ERROR",
            .send(.headers(1, head, dependency: RawFrame.Dependency(stream: 1))), .error(1, .protocolError)),
        HTTP2Case(
            "A stream whose PRIORITY says that it depends on itself is PROTOCOL_ERROR",
            .send(.priority(1, RawFrame.Dependency(stream: 1))), .error(1, .protocolError)),
    ]
}
