extension HTTP2Case {
    private static let held = Step.request(1, "GET", "/probe/hold/streams")
    private static let begun = Step.request(1, "POST", "/probe/echo", end: false)

    /// What may come on a stream, by the state that it is in (RFC 9113, section 5.1).
    static let streamStates: [HTTP2Case] = [
        HTTP2Case("DATA on an idle stream is an error", .data(1, "test"), .error(1, .protocolError, .streamClosed)),
        HTTP2Case("RST_STREAM on an idle stream ends the connection", .send(.reset(1)), .goAway(.protocolError)),
        HTTP2Case(
            "WINDOW_UPDATE on an idle stream ends the connection", .send(.windowUpdate(1, 100)), .goAway(.protocolError)
        ),
        HTTP2Case(
            "CONTINUATION on an idle stream ends the connection",
            .send(.continuation(1, HeaderBlock.request().bytes)), .goAway(.protocolError)),
        HTTP2Case("PRIORITY on an idle stream is taken", .send(.priority(1)), .pong(), .request(), .answer()),
        HTTP2Case("DATA after END_STREAM is STREAM_CLOSED", held, .data(1, "test"), .error(1, .streamClosed)),
        HTTP2Case(
            "DATA in the same segment as END_STREAM before it is STREAM_CLOSED",
            .send(.headers(1, HeaderBlock.request("POST", "/probe/hold/streams").bytes), .data(1, [1, 2])),
            .error(1, .streamClosed)),
        HTTP2Case(
            "HEADERS after END_STREAM is STREAM_CLOSED", held, .request(1, "GET", "/probe/hold/streams"),
            .error(1, .streamClosed)),
        HTTP2Case(
            "CONTINUATION after END_STREAM is an error", held,
            .send(.continuation(1, HeaderBlock([("x-test", "a")]).bytes)), .error(1, .streamClosed, .protocolError)),
        HTTP2Case(
            "WINDOW_UPDATE after END_STREAM is taken", settings: [.initialWindowSize(0)], .request(), .head(),
            .send(.windowUpdate(1, 1)), .bytes(1, 1), .send(.windowUpdate(1, 100)), .answer()),
        HTTP2Case(
            "PRIORITY after END_STREAM is taken", settings: [.initialWindowSize(0)], .request(), .head(),
            .send(.priority(1), .windowUpdate(1, 100)), .answer()),
        HTTP2Case(
            "RST_STREAM after END_STREAM is taken", held, .send(.reset(1)), .pong(), .request(3), .answer(3)),
        HTTP2Case("RST_STREAM in the middle of a body is taken", begun, .send(.reset(1)), .request(3), .answer(3)),
        HTTP2Case(
            "DATA after the client's RST_STREAM is STREAM_CLOSED", begun, .send(.reset(1)), .data(1, "test"),
            .error(1, .streamClosed)),
        HTTP2Case(
            "HEADERS after the client's RST_STREAM is an error", begun, .send(.reset(1)), .request(),
            .error(1, .streamClosed, .protocolError)),
        HTTP2Case(
            "CONTINUATION after the client's RST_STREAM is an error", begun, .send(.reset(1)),
            .send(.continuation(1, HeaderBlock([("x-test", "a")]).bytes)), .error(1, .streamClosed, .protocolError)),
        HTTP2Case(
            "DATA on a stream that both have ended is STREAM_CLOSED", .request(), .answer(), .data(1, "test"),
            .error(1, .streamClosed)),
        HTTP2Case(
            "HEADERS on a stream that both have ended ends the connection", .request(), .answer(), .request(),
            .goAway(.streamClosed, .protocolError)),
        HTTP2Case(
            "CONTINUATION on a stream that both have ended ends the connection", .request(), .answer(),
            .send(.continuation(1, HeaderBlock([("x-test", "a")]).bytes)), .goAway(.streamClosed, .protocolError)),
        HTTP2Case(
            "PRIORITY, WINDOW_UPDATE and RST_STREAM on a stream that both have ended are ignored", .request(),
            .answer(), .send(.priority(1), .windowUpdate(1, 100), .reset(1), .reset(1)), .pong(), .request(3),
            .answer(3)),
        HTTP2Case(
            "WINDOW_UPDATE and RST_STREAM after the client's RST_STREAM are ignored", begun,
            .send(.reset(1), .windowUpdate(1, 1), .reset(1)), .pong(), .request(3), .answer(3)),
        HTTP2Case(
            "A request that the client resets is called off at the worker",
            .keyed { key in
                [
                    .request(1, "GET", "/probe/hold/\(key)"), .request(3, "GET", "/probe/await/\(key)"),
                    .answer(3, body: "held"), .send(.reset(1)), .request(5, "GET", "/probe/cancelled/\(key)"),
                    .answer(5, body: "cancelled"), .check("no answer") { $0.streams[1]?.status == nil },
                ]
            }),
        HTTP2Case(
            "A stream is answered whose neighbours are reset",
            .keyed { key in
                [
                    .request(1, "GET", "/probe/hold/\(key)"), .request(3, "GET", "/probe/hold/other"),
                    .request(5, "GET", "/probe/await/\(key)"), .answer(5), .send(.reset(3)),
                    .request(7, "GET", "/probe/release/\(key)"), .answer(7), .answer(1, body: "released"),
                ]
            }),
    ]

    /// The numbers of streams (RFC 9113, section 5.1.1).
    static let streamNumbers: [HTTP2Case] = [
        HTTP2Case("An even number ends the connection", .request(2), .goAway(.protocolError)),
        HTTP2Case(
            "A number below one that was used ends the connection", .request(5), .request(3),
            .goAway(.protocolError, .streamClosed)),
        HTTP2Case(
            "A number that was passed over is no longer idle", .request(1), .answer(1), .request(101), .answer(101),
            .request(51), .goAway(.protocolError, .streamClosed)),
        HTTP2Case("Numbers may be passed over", .request(7), .answer(7), .request(1001), .answer(1001)),
        HTTP2Case(
            "The highest number can be used, and none after it", .request(0x7FFF_FFFF), .answer(0x7FFF_FFFF),
            .request(0x7FFF_FFFD), .goAway(.protocolError, .streamClosed)),
        HTTP2Case(
            "PRIORITY for a higher number leaves lower ones idle", .send(.priority(3)), .request(1), .answer(1)),
    ]
}
