extension HTTP2Case {
    private static func large(_ count: Int) -> [(String, String)] {
        [("x-large", String(repeating: "l", count: count))]
    }

    /// Opens as many streams as the server lets a client have.
    private static let openAll = Step { client in
        for number in 0..<(client.serverSettings[3] ?? 100) {
            try Step.request(2 * number + 1, "POST", "/probe/echo", end: false).run(client)
        }
    }

    /// The number of the first stream beyond those.
    private static func beyond(_ client: HTTP2Client) -> UInt32 { 2 * (client.serverSettings[3] ?? 100) + 1 }

    /// What is too much, and is answered (or refused) on its stream.
    static let limits: [HTTP2Case] = [
        HTTP2Case("A head within the limit is answered", .request(fields: large(12_000)), .answer()),
        HTTP2Case(
            "Ninety-five fields are within the limit", .request(fields: (0..<95).map { ("x-\($0)", "a") }), .answer()),
        HTTP2Case(
            "A head over the limit is 431", .request(fields: large(17_000)), .problem(1, 431, "head-too-large"),
            .request(3), .answer(3)),
        HTTP2Case(
            "A head of almost four times the limit is 431", .request(fields: large(60_000)),
            .problem(1, 431, "head-too-large"), .request(3), .answer(3)),
        HTTP2Case(
            "A hundred and one fields are 431", .request(fields: (0..<101).map { ("x-\($0)", "a") }),
            .problem(1, 431, "head-too-large"), .request(3), .answer(3)),
        HTTP2Case(
            "A thousand tiny fields are 431", .request(fields: (0..<1000).map { ("x\($0)", "") }),
            .problem(1, 431, "head-too-large"), .request(3), .answer(3)),
        HTTP2Case(
            "A head over the limit is 431 before its body has come",
            .request(1, "POST", "/probe/echo", fields: large(20_000), end: false),
            .problem(1, 431, "head-too-large"), .request(3), .answer(3)),
        HTTP2Case(
            "A cookie over the limit in crumbs is 431",
            .request(fields: (0..<90).map { ("cookie", "c\($0)=" + String(repeating: "c", count: 200)) }),
            .problem(1, 431, "head-too-large")),
        HTTP2Case(
            "A head over four times the limit ends the connection", .request(fields: large(70_000)),
            .goAway(.enhanceYourCalm, .protocolError, .compressionError)),
        HTTP2Case(
            "A field of 4,000 bytes that is repeated 16,000 times by its index ends the connection",
            Step { client in
                var block = HeaderBlock.request()
                block.add("x-bomb", String(repeating: "b", count: 4000), .incremental)
                try Step.block(1, block).run(client)
            }, .answer(),
            Step { client in
                var block = HeaderBlock.request()
                block.add(raw: [UInt8](repeating: 0xBE, count: 16_000))
                try Step.block(3, block).run(client)
            }, .goAway(.enhanceYourCalm, .protocolError, .compressionError)),
        HTTP2Case(
            "Twenty thousand empty fields by their index end the connection",
            Step { client in
                var block = HeaderBlock.request()
                block.add(raw: [UInt8](repeating: 0xBA, count: 20_000))
                try Step.block(1, block).run(client)
            }, .goAway(.enhanceYourCalm, .protocolError, .compressionError)),
        HTTP2Case(
            "Twenty thousand crumbs of a cookie by their index end the connection",
            Step { client in
                var block = HeaderBlock.request()
                block.add("cookie", "a=", .incremental)
                block.add(raw: [UInt8](repeating: 0xBE, count: 20_000))
                try Step.block(1, block).run(client)
            }, .goAway(.enhanceYourCalm, .protocolError, .compressionError)),
        HTTP2Case(
            "A stream more than the settings allow is RST_STREAM REFUSED_STREAM, and there is room again later",
            openAll,
            Step { client in
                let over = beyond(client)
                for step in [
                    Step.request(over), .reset(over, .refusedStream), .data(1, "x"), .answer(1, body: "x"),
                    .request(over + 2), .answer(over + 2), .data(3, "y"), .answer(3, body: "y"),
                ] { try step.run(client) }
            }),
        HTTP2Case(
            "A hundred and fifty streams too many before the client can know it are refused, and the others go on",
            beginning: .nothing,
            Step { client in
                let block = HeaderBlock.request("POST", "/probe/echo").bytes
                var frames = [RawFrame.settings()]
                for number in UInt32(0)..<250 { frames.append(.headers(2 * number + 1, block, end: false)) }
                try client.send(raw: HTTP2Client.preface)
                // The gateway's settings are read, and acknowledged, once everything is sent.
                try client.send(frames)
                for number in UInt32(100)..<250 { try Step.reset(2 * number + 1, .refusedStream).run(client) }
            }, .data(1, "x"), .answer(1, body: "x"), .data(199, "y"), .answer(199, body: "y"), .request(501),
            .answer(501)),
        HTTP2Case(
            "The body of a stream that is refused is no error of the connection", openAll,
            Step { client in
                let over = beyond(client)
                for step in [
                    Step.send(
                        .headers(over, HeaderBlock.request("POST", "/probe/echo").bytes, end: false),
                        .data(over, [1, 2, 3], end: false), .data(over, [4])),
                    .reset(over, .refusedStream), .pong(), .data(1, "x"), .answer(1, body: "x"),
                ] { try step.run(client) }
            }),
        HTTP2Case(
            "A refused stream leaves the dynamic table as the client knows it", openAll,
            Step { client in
                let over = beyond(client)
                var block = HeaderBlock.request()
                block.add("x-table", "one", .incremental)
                var use = HeaderBlock.request("GET", "/probe/head")
                use.add(index: 62)
                for step in [
                    Step.block(over, block), .reset(over, .refusedStream), .data(1, "x"), .answer(1),
                    .block(over + 2, use),
                    .answer(over + 2) { $0.text.contains("\r\nx-table: one\r\n") ? nil : "no x-table" },
                ] { try step.run(client) }
            }),
        HTTP2Case(
            "A stream that the client resets makes room for another", openAll, .send(.reset(1)),
            Step { client in
                let over = beyond(client)
                for step in [Step.request(over), .answer(over)] { try step.run(client) }
            }),
        HTTP2Case(
            "A body over the limit is 413 as soon as it is announced",
            .request(1, "POST", "/probe/echo", fields: [("content-length", "10000000")], end: false),
            .problem(1, 413, "body-too-large"), .request(3), .answer(3)),
        HTTP2Case(
            "A body of 2^63 - 1 bytes is 413 as soon as it is announced",
            .request(1, "POST", "/probe/echo", fields: [("content-length", "9223372036854775807")], end: false),
            .problem(1, 413, "body-too-large"), .request(3), .answer(3)),
        HTTP2Case(
            "A body of exactly the limit is taken, and one more byte is 413",
            .request(1, "POST", "/probe/echo", end: false), .upload(1, 262_144),
            .answer { $0.body.count == 262_144 ? nil : "\($0.body.count) bytes" },
            .request(3, "POST", "/probe/echo", end: false), .upload(3, 262_145), .problem(3, 413, "body-too-large"),
            .request(5), .answer(5)),
        HTTP2Case(
            "A body over the limit is 413 once it has come", .request(1, "POST", "/probe/echo", end: false),
            .upload(1, 400_000), .problem(1, 413, "body-too-large"), .request(3), .answer(3)),
        HTTP2Case(
            "Bodies over the limit that never end leave no streams behind",
            .times(90) {
                [
                    .request(
                        UInt32(2 * $0 + 1), "POST", "/probe/echo", fields: [("content-length", "10000000")], end: false),
                    .problem(UInt32(2 * $0 + 1), 413, "body-too-large"),
                ]
            },
            Step { client in
                // It is the server that ends them: until then they count for both sides.
                try client.wait(for: "RST_STREAM on all of them") {
                    (0..<90).allSatisfy { client.streams[2 * $0 + 1]?.reset == .noError }
                }
            },
            .times(60) { [.request(UInt32(2 * $0 + 1001), "POST", "/probe/echo", end: false)] },
            .times(60) { [.data(UInt32(2 * $0 + 1001), "x"), .answer(UInt32(2 * $0 + 1001), body: "x")] }),
        HTTP2Case(
            "An expectation that is not known is 417",
            .request(1, "POST", "/probe/echo", fields: [("expect", "more")], end: false),
            .problem(1, 417, "expectation-failed"), .request(3), .answer(3)),
        HTTP2Case(
            "Who expects 100 gets it before the body, and the answer after it",
            .request(1, "POST", "/probe/echo", fields: [("expect", "100-continue")], end: false),
            Step { client in try client.wait(for: "100") { client.streams[1]?.interim == [100] } },
            .data(1, "body"), .answer(1, body: "body")),
        HTTP2Case(
            "Who expects 100 and does not wait for it is answered",
            .send(
                .headers(
                    1, HeaderBlock.request("POST", "/probe/echo", fields: [("expect", "100-continue")]).bytes,
                    end: false),
                .data(1, Array("body".utf8))), .answer(1, body: "body"), .request(3), .answer(3)),
        HTTP2Case(
            "Who expects 100 and sends nothing is answered",
            .request(1, "POST", "/probe/echo", fields: [("expect", "100-continue")]), .answer(1, body: "")),
        HTTP2Case(
            "Who expects 100 of a service that nobody serves gets 404 alone",
            .request(1, "POST", "/nobody", fields: [("expect", "100-continue")], end: false),
            .problem(1, 404, "unknown-service"), .check("no 100") { $0.streams[1]?.interim == [] }),
        HTTP2Case(
            "Who expects 100 for a body over the limit gets 413 alone",
            .request(
                1, "POST", "/probe/echo", fields: [("expect", "100-continue"), ("content-length", "10000000")],
                end: false), .problem(1, 413, "body-too-large"), .check("no 100") { $0.streams[1]?.interim == [] }),
    ]
}
