extension HTTP2Case {
    /// Sends the same frame again and again, in pieces, and reads between them.
    private static func many(_ count: Int, _ frame: RawFrame) -> Step {
        .times((count + 99) / 100) { number in
            [
                .send([RawFrame](repeating: frame, count: min(100, count - 100 * number))),
                Step { client in if !client.isClosed { try client.read() } },
            ]
        }
    }

    private static let upload = Step.request(1, "POST", "/probe/echo", end: false)
    private static let held = Step.request(1, "GET", "/probe/hold/floods")
    private static let calm = Step.goAway(.enhanceYourCalm)
    private static let tooMuch = Step.goAway(.enhanceYourCalm, .protocolError, .compressionError)

    /// Frames that cost the client nothing, without end (CVE-2019-9511 to 9518, CVE-2024-27316 and their kin), and
    /// the same from clients that mean no harm.
    static let floods: [HTTP2Case] = [
        HTTP2Case("A flood of PING ends the connection", many(1200, .ping()), calm),
        HTTP2Case("A flood of SETTINGS ends the connection", many(1200, .settings()), calm),
        HTTP2Case(
            "A flood of SETTINGS with changes ends the connection", held,
            .times(600) { _ in [.send(.settings(.initialWindowSize(1)), .settings(.initialWindowSize(65_535)))] }, calm),
        HTTP2Case("A flood of PRIORITY ends the connection", many(1200, .priority(5)), calm),
        HTTP2Case(
            "A flood of PRIORITY that turns the tree over and over ends the connection",
            .times(400) { _ in
                [
                    .send(
                        .priority(3, RawFrame.Dependency(stream: 5, isExclusive: true)),
                        .priority(5, RawFrame.Dependency(stream: 7, isExclusive: true)),
                        .priority(7, RawFrame.Dependency(stream: 3, isExclusive: true)))
                ]
            }, calm),
        HTTP2Case("A flood of WINDOW_UPDATE on the connection ends it", many(1200, .windowUpdate(0, 1)), calm),
        HTTP2Case(
            "A flood of WINDOW_UPDATE on a stream ends the connection", held, many(1200, .windowUpdate(1, 1)), calm),
        HTTP2Case("A flood of empty DATA ends the connection", upload, many(1200, .data(1, [], end: false)), calm),
        HTTP2Case(
            "A flood of DATA with nothing but padding ends the connection", upload,
            many(1200, .data(1, [], end: false, padding: 0)), calm),
        HTTP2Case(
            "CONTINUATION without content and without end ends the connection",
            .send(.headers(1, HeaderBlock.request().bytes, complete: false)),
            many(3000, .continuation(1, [], complete: false)), calm),
        HTTP2Case(
            "CONTINUATION without end ends the connection",
            .send(.headers(1, HeaderBlock.request().bytes, complete: false)),
            many(
                400,
                .continuation(1, HeaderBlock([("x-a", String(repeating: "a", count: 1000))]).bytes, complete: false)),
            tooMuch),
        HTTP2Case(
            "CONTINUATION of long frames without end ends the connection",
            .send(.headers(1, HeaderBlock.request().bytes, complete: false)),
            many(40, .continuation(1, [UInt8](repeating: 0xBA, count: 16_384), complete: false)), tooMuch),
        HTTP2Case(
            "CONTINUATION without end in trailers ends the connection", upload,
            .send(.headers(1, [], complete: false)),
            many(
                400,
                .continuation(1, HeaderBlock([("x-a", String(repeating: "a", count: 1000))]).bytes, complete: false)),
            tooMuch),
        HTTP2Case(
            "Nine hundred PING are answered", many(900, .ping()), .pong(),
            .check("all of them") { $0.pongs.count == 901 }),
        HTTP2Case("Nine hundred SETTINGS are acknowledged", many(900, .settings()), .acknowledgments(901)),
        HTTP2Case("Nine hundred PRIORITY are taken", many(900, .priority(5)), .request(), .answer()),
        HTTP2Case(
            "Nine hundred WINDOW_UPDATE are taken", many(900, .windowUpdate(0, 1)), .request(), .answer()),
        HTTP2Case(
            "Nine hundred empty DATA are taken", upload, many(900, .data(1, [], end: false)), .data(1, "x"),
            .answer(1, body: "x")),
        HTTP2Case(
            "A download of 12 MiB with WINDOW_UPDATE for every DATA comes whole",
            Step { $0.roomEvery = 1 }, .request(1, "GET", "/probe/stream/12582912"),
            .answer { $0.body.count == 12_582_912 ? nil : "\($0.body.count) bytes" }),
        HTTP2Case(
            "Twelve hundred uploads that each end with an empty DATA are answered",
            .times(1200) { number in
                let stream = UInt32(2 * number + 1)
                return [
                    .request(stream, "POST", "/probe/echo", end: false), .data(stream, "x", end: false),
                    .data(stream, ""), .answer(stream, body: "x"),
                ]
            }),
    ]

    /// Repeats what makes the server reset a stream, on streams 1, 3, 5, …
    private static func made(
        _ name: String, or code: HTTP2Code = .enhanceYourCalm, _ steps: @escaping @Sendable (UInt32) -> [Step]
    ) -> HTTP2Case {
        HTTP2Case(
            "\(name), again and again, ends the connection",
            .times(160) { number in
                [
                    Step { client in
                        guard !client.isClosed, client.goAways.isEmpty else { return }
                        for step in steps(UInt32(2 * number + 1)) { try step.run(client) }
                        try client.read()
                    }
                ]
            }, .goAway(.enhanceYourCalm, code))
    }

    /// Streams that end as soon as they have begun, by the client (CVE-2023-44487) or by what it makes the server do
    /// (CVE-2025-8671).
    static let resets: [HTTP2Case] = [
        made("A request and RST_STREAM") { [.send(.headers($0, HeaderBlock.request().bytes), .reset($0))] },
        made("A request that is reset once it is at the worker") {
            [.request($0, "GET", "/probe/hold/resets"), .send(.reset($0))]
        },
        made("An upload that is reset") {
            [
                .send(
                    .headers($0, HeaderBlock.request("POST", "/probe/echo").bytes, end: false),
                    .data($0, [1], end: false), .reset($0))
            ]
        },
        made("A malformed request") { [.request($0, fields: [("X-Test", "a")])] },
        made("A request whose length is wrong") {
            [.request($0, "POST", "/probe/echo", fields: [("content-length", "1")], end: false), .data($0, "test")]
        },
        made("WINDOW_UPDATE of 0 on a stream") {
            [.request($0, "GET", "/probe/hold/resets"), .send(.windowUpdate($0, 0))]
        },
        made("A window over 2^31 - 1 on a stream", or: .flowControlError) {
            [.request($0, "GET", "/probe/hold/resets"), .send(.windowUpdate($0, 0x7FFF_FFFF))]
        },
        made("A stream that depends on itself", or: .protocolError) {
            [
                .send(
                    .headers(
                        $0, HeaderBlock.request("GET", "/probe/hold/resets").bytes,
                        dependency: RawFrame.Dependency(stream: $0)))
            ]
        },
        HTTP2Case(
            "DATA after END_STREAM, again and again, ends the connection",
            .times(160) { number in
                [
                    Step { client in
                        guard !client.isClosed, client.goAways.isEmpty else { return }
                        let stream = UInt32(2 * number + 1)
                        try client.send(
                            .headers(stream, HeaderBlock.request("GET", "/probe/hold/resets").bytes), .data(stream, [1])
                        )
                        try client.read()
                    }
                ]
            }, .goAway(.enhanceYourCalm, .streamClosed)),
        HTTP2Case(
            "Ninety requests that are reset do no harm",
            .times(90) {
                [.send(.headers(UInt32(2 * $0 + 1), HeaderBlock.request().bytes), .reset(UInt32(2 * $0 + 1)))]
            },
            .request(1001), .answer(1001)),
        HTTP2Case(
            "Ninety malformed requests do no harm",
            .times(90) {
                [.request(UInt32(2 * $0 + 1), fields: [("X-Test", "a")]), .reset(UInt32(2 * $0 + 1), .protocolError)]
            },
            .request(1001), .answer(1001)),
        HTTP2Case(
            "Three hundred WINDOW_UPDATE on streams that have ended do no harm",
            .times(300) {
                let stream = UInt32(2 * $0 + 1)
                return [.request(stream), .answer(stream), .send(.windowUpdate(stream, 13))]
            }, .pong(), .request(1001), .answer(1001)),
        HTTP2Case(
            "Three hundred requests that are reset after their answers do no harm",
            .times(300) {
                let stream = UInt32(2 * $0 + 1)
                return [.request(stream), .answer(stream), .send(.reset(stream))]
            }, .pong(), .request(1001), .answer(1001)),
        HTTP2Case(
            "A client that resets two hundred and fifty requests among a thousand that it lets finish goes on",
            .times(250) { number in
                let first = UInt32(10 * number + 1)
                let answered = (0..<4).flatMap { (index: UInt32) -> [Step] in
                    [.request(first + 2 * index), .answer(first + 2 * index)]
                }
                return answered + [.request(first + 8, "GET", "/probe/hold/resets"), .send(.reset(first + 8))]
            }, .request(9001), .answer(9001)),
    ]
}
