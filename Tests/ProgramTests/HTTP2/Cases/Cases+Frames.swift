extension HTTP2Case {
    private static func unknown(_ kind: UInt8, on stream: UInt32 = 0, _ count: Int = 8) -> RawFrame {
        RawFrame(kind: kind, flags: 0xFF, stream: stream, payload: [UInt8](repeating: 0xA5, count: count))
    }

    /// A frame one byte longer than the server takes.
    private static func tooLong(_ make: @escaping @Sendable ([UInt8]) -> RawFrame) -> Step {
        Step { client in
            let size = Int(client.serverSettings[5] ?? 16_384) + 1
            try client.send(make([UInt8](repeating: 0, count: size)))
        }
    }

    /// Frames of every type, and of none (RFC 9113, sections 4.1, 5.5, 6.4, 6.7 and 6.8).
    static let frames: [HTTP2Case] = [
        HTTP2Case("A frame of an unknown type is ignored", .send(unknown(0x16)), .pong()),
        HTTP2Case(
            "A frame of an unknown type on an idle stream is ignored", .send(unknown(0x16, on: 7)), .pong(),
            .request(), .answer()),
        HTTP2Case(
            "A frame of an unknown type between the DATA of a request is ignored",
            .request(1, "POST", "/probe/echo", end: false),
            .data(1, "a", end: false), .send(unknown(0x16, on: 1)), .data(1, "b"), .answer(1, body: "ab")),
        HTTP2Case("A long frame of an unknown type is ignored", .send(unknown(0xEE, 16_384)), .request(), .answer()),
        HTTP2Case(
            "ALTSVC and ORIGIN from a client are ignored",
            .send(
                RawFrame(
                    kind: RawFrame.Kind.alternativeService, stream: 0, payload: [0, 1, 0x61] + Array("h2=\":1\"".utf8)),
                RawFrame(kind: RawFrame.Kind.alternativeService, stream: 1, payload: [0, 0] + Array("h2=\":1\"".utf8)),
                RawFrame(kind: RawFrame.Kind.origin, stream: 0, payload: [0, 8] + Array("http://a".utf8)),
                RawFrame(kind: RawFrame.Kind.origin, stream: 0),
                RawFrame(kind: RawFrame.Kind.origin, stream: 1, payload: [0, 8] + Array("http://a".utf8))),
            .request(), .answer()),
        HTTP2Case(
            "ALTSVC that is malformed is ignored, as a server reads none",
            .send(unknown(RawFrame.Kind.alternativeService, 0), unknown(RawFrame.Kind.alternativeService)),
            .request(), .answer()),
        HTTP2Case(
            "ORIGIN that is malformed is ignored, as a server reads none", .send(unknown(RawFrame.Kind.origin, 3)),
            .request(), .answer()),
        HTTP2Case(
            "PRIORITY_UPDATE does not disturb the request that it is about",
            .send(
                RawFrame(
                    kind: RawFrame.Kind.priorityUpdate, stream: 0, payload: UInt32(1).octets + Array("u=1, i".utf8))),
            .request(), .answer()),
        HTTP2Case(
            "Flags without a meaning are ignored",
            .send(RawFrame(kind: RawFrame.Kind.ping, flags: 0x16, stream: 0, payload: [1, 2, 3, 4, 5, 6, 7, 8])),
            .send(RawFrame(kind: RawFrame.Kind.settings, flags: 0xFE, stream: 0)),
            .send(
                RawFrame(
                    kind: RawFrame.Kind.headers, flags: 0xD4, stream: 1,
                    payload: HeaderBlock.request("POST", "/probe/echo").bytes)),
            .send(RawFrame(kind: RawFrame.Kind.data, flags: 0xF7, stream: 1, payload: Array("ab".utf8))),
            .answer(1, body: "ab"), .check("an answer to PING") { $0.pongs == [[1, 2, 3, 4, 5, 6, 7, 8]] }),
        HTTP2Case(
            "The reserved bit of a stream's number is ignored",
            .send(RawFrame(kind: RawFrame.Kind.ping, flags: 0, stream: 1 << 31, payload: [1, 2, 3, 4, 5, 6, 7, 8])),
            .send(RawFrame.headers(1 << 31 | 1, HeaderBlock.request().bytes)), .answer(),
            .check("an answer to PING") { $0.pongs.count == 1 }),
        HTTP2Case(
            "PING is answered with the same eight bytes, in the order in which they came",
            .send(.ping(1), .ping(2), .ping(3)), .pong(),
            .check("the order") { $0.pongs.map { $0[7] }.prefix(3) == [1, 2, 3] }),
        HTTP2Case(
            "An answer to a PING that was never sent is ignored", .send(.ping(9, isAcknowledgment: true), .ping(8)),
            .pong(), .check("no answer to the answer") { $0.pongs[0][7] == 8 }),
        HTTP2Case(
            "PING on a stream ends the connection",
            .send(RawFrame(kind: RawFrame.Kind.ping, stream: 1, payload: [0, 0, 0, 0, 0, 0, 0, 0])),
            .goAway(.protocolError)),
        HTTP2Case(
            "PING of six bytes ends the connection",
            .send(RawFrame(kind: RawFrame.Kind.ping, stream: 0, payload: [0, 0, 0, 0, 0, 0])), .goAway(.frameSizeError)),
        HTTP2Case(
            "PING of nine bytes ends the connection",
            .send(RawFrame(kind: RawFrame.Kind.ping, stream: 0, payload: [0, 0, 0, 0, 0, 0, 0, 0, 0])),
            .goAway(.frameSizeError)),
        HTTP2Case(
            "GOAWAY on a stream ends the connection",
            .send(RawFrame(kind: RawFrame.Kind.goAway, stream: 1, payload: [0, 0, 0, 0, 0, 0, 0, 0])),
            .goAway(.protocolError)),
        HTTP2Case(
            "GOAWAY of seven bytes ends the connection",
            .send(RawFrame(kind: RawFrame.Kind.goAway, stream: 0, payload: [0, 0, 0, 0, 0, 0, 0])),
            .goAway(.frameSizeError)),
        HTTP2Case(
            "An answer that is under way when the client says GOAWAY comes whole",
            settings: [.initialWindowSize(100)], .request(1, "GET", "/probe/bytes/3000"), .bytes(1, 100),
            .send(.goAway(.noError, reason: Array("bye".utf8)), .windowUpdate(1, 4000)),
            .answer { $0.body.count == 3000 ? nil : "\($0.body.count) bytes" }, .leave),
        HTTP2Case(
            "GOAWAY with an unknown code is no error", .send(.goAway(HTTP2Code(value: 0xFF))), .send(.ping(5)),
            Step { client in
                try client.wait(for: "an answer to PING, or the end") { client.isClosed || !client.pongs.isEmpty }
            }, .leave),
        HTTP2Case(
            "PUSH_PROMISE from a client ends the connection",
            .send(.pushPromise(1, promising: 3, HeaderBlock.request().bytes)), .goAway(.protocolError)),
        HTTP2Case(
            "PUSH_PROMISE on an open stream ends the connection",
            .request(1, "POST", "/probe/echo", end: false),
            .send(.pushPromise(1, promising: 2, HeaderBlock.request().bytes)), .goAway(.protocolError)),
        HTTP2Case("DATA on no stream ends the connection", .send(.data(0, [1, 2, 3])), .goAway(.protocolError)),
        HTTP2Case(
            "HEADERS on no stream ends the connection", .send(.headers(0, HeaderBlock.request().bytes)),
            .goAway(.protocolError)),
        HTTP2Case("RST_STREAM on no stream ends the connection", .send(.reset(0)), .goAway(.protocolError)),
        HTTP2Case(
            "RST_STREAM of three bytes ends the connection", .request(1, "GET", "/probe/hold/frames"),
            .send(RawFrame(kind: RawFrame.Kind.reset, stream: 1, payload: [0, 0, 0])), .goAway(.frameSizeError)),
        HTTP2Case(
            "RST_STREAM of five bytes ends the connection", .request(1, "GET", "/probe/hold/frames"),
            .send(RawFrame(kind: RawFrame.Kind.reset, stream: 1, payload: [0, 0, 0, 8, 0])), .goAway(.frameSizeError)),
        HTTP2Case(
            "RST_STREAM with an unknown code is taken", .request(1, "POST", "/probe/echo", end: false),
            .send(.reset(1, HTTP2Code(value: 0xFF))), .pong(), .request(3), .answer(3)),
        HTTP2Case(
            "A request that comes byte by byte is answered",
            .times(RawFrame.headers(1, HeaderBlock.request().bytes).bytes.count) {
                [.raw([RawFrame.headers(1, HeaderBlock.request().bytes).bytes[$0]])]
            }, .answer()),
        HTTP2Case(
            "Fifty requests in one segment are all answered",
            .send((0..<50).map { .headers(UInt32(2 * $0 + 1), HeaderBlock.request().bytes) }),
            .times(50) { [.answer(UInt32(2 * $0 + 1))] }),
    ]

    /// Frames that are too long or too short (RFC 9113, section 4.2).
    static let frameSizes: [HTTP2Case] = [
        HTTP2Case(
            "DATA of 16,384 bytes is taken", .request(1, "POST", "/probe/echo", end: false),
            .send(.data(1, [UInt8](repeating: 1, count: 16_384))),
            .answer { $0.body.count == 16_384 ? nil : "\($0.body.count) bytes" }),
        HTTP2Case(
            "DATA that is too long is FRAME_SIZE_ERROR", .request(1, "POST", "/probe/echo", end: false),
            tooLong { .data(1, $0) }, .error(1, .frameSizeError)),
        HTTP2Case(
            "HEADERS that is too long ends the connection", tooLong { .headers(1, $0) }, .goAway(.frameSizeError)),
        HTTP2Case(
            "CONTINUATION that is too long ends the connection",
            .send(.headers(1, HeaderBlock.request().bytes, complete: false)),
            tooLong { zeros in
                // One field that can be decoded.
                let field = HeaderBlock([("x-test", String(repeating: "t", count: zeros.count - 11))])
                return .continuation(1, field.bytes)
            },
            .goAway(.frameSizeError)),
        HTTP2Case(
            "SETTINGS that is too long ends the connection",
            tooLong { RawFrame(kind: RawFrame.Kind.settings, stream: 0, payload: $0) }, .goAway(.frameSizeError)),
        HTTP2Case(
            "A frame of an unknown type that is too long ends the connection",
            tooLong { RawFrame(kind: 0x16, stream: 0, payload: $0) }, .goAway(.frameSizeError)),
        HTTP2Case(
            "A frame that announces 16 MiB is refused before they come",
            .send(RawFrame(kind: RawFrame.Kind.headers, flags: 5, stream: 1, claimedLength: 0xFF_FFFF)),
            .goAway(.frameSizeError)),
        HTTP2Case(
            "HEADERS too short for the priority that it announces ends the connection",
            .send(RawFrame(kind: RawFrame.Kind.headers, flags: 0x25, stream: 1, payload: [0, 0, 0, 0])),
            .goAway(.frameSizeError, .protocolError)),
        HTTP2Case(
            "An empty HEADERS that announces priority ends the connection",
            .send(RawFrame(kind: RawFrame.Kind.headers, flags: 0x25, stream: 1)),
            .goAway(.frameSizeError, .protocolError)),
    ]

    /// Frames with padding (RFC 9113, sections 6.1 and 6.2).
    static let padding: [HTTP2Case] = [
        HTTP2Case(
            "DATA with padding is taken without it", .request(1, "POST", "/probe/echo", end: false),
            .send(.data(1, Array("test".utf8), padding: 5)), .answer(1, body: "test")),
        HTTP2Case(
            "DATA of nothing but padding is nothing", .request(1, "POST", "/probe/echo", end: false),
            .send(.data(1, [], end: false, padding: 255), .data(1, [], end: false, padding: 0)), .data(1, "x"),
            .answer(1, body: "x")),
        HTTP2Case(
            "Padding does not count to the length of a body",
            .request(1, "POST", "/probe/echo", fields: [("content-length", "2")], end: false),
            .send(.data(1, Array("ab".utf8), padding: 200)), .answer(1, body: "ab")),
        HTTP2Case(
            "HEADERS with padding is taken without it",
            .send(.headers(1, HeaderBlock.request().bytes, padding: 255)), .answer()),
        HTTP2Case(
            "HEADERS with padding and priority is taken without them",
            .send(.headers(1, HeaderBlock.request().bytes, padding: 8, dependency: RawFrame.Dependency(weight: 255))),
            .answer()),
        HTTP2Case(
            "DATA with more padding than frame ends the connection",
            .request(1, "POST", "/probe/echo", fields: [("content-length", "4")], end: false),
            .send(RawFrame(kind: RawFrame.Kind.data, flags: 9, stream: 1, payload: [6] + Array("Test".utf8))),
            .goAway(.protocolError)),
        HTTP2Case(
            "DATA with as much padding as frame ends the connection",
            .request(1, "POST", "/probe/echo", end: false),
            .send(RawFrame(kind: RawFrame.Kind.data, flags: 9, stream: 1, payload: [5] + Array("Test".utf8))),
            .goAway(.protocolError)),
        HTTP2Case(
            "An empty DATA that announces padding ends the connection",
            .request(1, "POST", "/probe/echo", end: false),
            .send(RawFrame(kind: RawFrame.Kind.data, flags: 9, stream: 1)), .goAway(.frameSizeError, .protocolError)),
        HTTP2Case(
            "HEADERS with more padding than frame is PROTOCOL_ERROR",
            .send(
                RawFrame(
                    kind: RawFrame.Kind.headers, flags: 0xD, stream: 1,
                    payload: [UInt8(HeaderBlock.request().bytes.count + 2)] + HeaderBlock.request().bytes)),
            .goAway(.protocolError)),
        HTTP2Case(
            "An empty HEADERS that announces padding ends the connection",
            .send(RawFrame(kind: RawFrame.Kind.headers, flags: 0xD, stream: 1)),
            .goAway(.frameSizeError, .protocolError)),
        HTTP2Case(
            "HEADERS whose padding reaches into the priority ends the connection",
            .send(RawFrame(kind: RawFrame.Kind.headers, flags: 0x2D, stream: 1, payload: [3, 0, 0, 0, 0, 15, 0x82])),
            .goAway(.frameSizeError, .protocolError)),
    ]
}
