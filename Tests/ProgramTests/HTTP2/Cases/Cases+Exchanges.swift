extension HTTP2Case {
    /// Requests and answers as every client has them (RFC 9113, section 8).
    static let exchanges: [HTTP2Case] = [
        HTTP2Case(
            "GET is answered, with a date and a name for the request", .request(),
            .answer { answer in
                guard answer.text == String(repeating: "x", count: 13) else { return "another body" }
                return answer["date"].count == 1 && answer["x-request-id"].count == 1 ? nil : "no date, or no name"
            }),
        HTTP2Case(
            "HEAD is answered with the length of the body and without it", .request(1, "HEAD", "/probe/bytes/1000"),
            .answer { $0["content-length"] == ["1000"] && $0.body.isEmpty ? nil : "no length, or a body" }),
        HTTP2Case(
            "HEAD of a stream is answered without a body", .request(1, "HEAD", "/probe/stream/100000"),
            .answer { $0.body.isEmpty ? nil : "a body" }, .request(3), .answer(3)),
        HTTP2Case(
            "HEAD of a service that nobody serves is 404 without a body", .request(1, "HEAD", "/nobody"),
            .answer(1, 404) { $0.body.isEmpty ? nil : "a body" }),
        HTTP2Case(
            "POST is answered", .request(1, "POST", "/probe/echo", end: false), .data(1, "test"),
            .answer(1, body: "test")),
        HTTP2Case(
            "POST in several DATA is answered", .request(1, "POST", "/probe/echo", end: false),
            .data(1, "te", end: false), .data(1, "", end: false), .data(1, "st"), .answer(1, body: "test")),
        HTTP2Case(
            "POST whose body ends with an empty DATA is answered", .request(1, "POST", "/probe/echo", end: false),
            .data(1, "test", end: false), .data(1, ""), .answer(1, body: "test")),
        HTTP2Case("POST without a body is answered", .request(1, "POST", "/probe/echo"), .answer(1, body: "")),
        HTTP2Case(
            "An error is a problem document, or text for who prefers it",
            .request(1, "GET", "/nobody"), .problem(1, 404, "unknown-service"),
            .request(3, "GET", "/nobody", fields: [("accept", "text/plain")]),
            .answer(3, 404) { $0["content-type"].first?.hasPrefix("text/plain") == true ? nil : "no text" }),
        HTTP2Case(
            "Three hundred requests one after the other are answered",
            .times(300) { [.request(UInt32(2 * $0 + 1)), .answer(UInt32(2 * $0 + 1))] }),
        HTTP2Case(
            "A refusal before the body has come leaves the connection as it was",
            .request(1, "POST", "/probe#a", end: false), .problem(1, 400, "bad-request"), .request(3), .answer(3)),
        HTTP2Case(
            "The rest of a body that was refused is no error of the connection",
            .request(1, "POST", "/probe#a", end: false), .data(1, "te", end: false), .problem(1, 400, "bad-request"),
            .data(1, "st", end: false), .data(1, "end"), .pong(), .request(3), .answer(3)),
    ]

    private static func stream(_ number: Int) -> UInt32 { UInt32(2 * number + 1) }

    /// Many streams at once.
    static let interleaving: [HTTP2Case] = [
        HTTP2Case(
            "A hundred requests at once are answered", .times(100) { [.request(stream($0))] },
            .times(100) { [.answer(stream($0))] }),
        HTTP2Case(
            "Answers come in the order in which the worker gives them, each on its own stream",
            .keyed { key in
                [
                    .times(20) { [.request(stream($0), "GET", "/probe/hold/\(key)\($0)")] },
                    .times(20) { number in
                        let left = 19 - number
                        let (asked, released) = (stream(100 + 2 * number), stream(101 + 2 * number))
                        return [
                            .request(asked, "GET", "/probe/await/\(key)\(left)"), .answer(asked),
                            .request(released, "GET", "/probe/release/\(key)\(left)"), .answer(released),
                            .answer(stream(left), body: "released"),
                            .check("no answer before its time") { client in
                                (0..<left).allSatisfy { client.streams[stream($0)]?.status == nil }
                            },
                        ]
                    },
                ]
            }),
        HTTP2Case(
            "Bodies that come in turns are not mixed up",
            .times(20) { [.request(stream($0), "POST", "/probe/echo", end: false)] },
            .times(30) { round in
                [
                    .send(
                        (0..<20).map {
                            .data(stream($0), [UInt8](repeating: UInt8(65 + $0), count: 500), end: round == 29)
                        })
                ]
            },
            .times(20) { number in
                [
                    .answer(stream(number)) {
                        $0.body == [UInt8](repeating: UInt8(65 + number), count: 15_000) ? nil : "another body"
                    }
                ]
            }),
        HTTP2Case(
            "Header blocks between the DATA of another stream are its own",
            .request(1, "POST", "/probe/echo", end: false), .data(1, "a", end: false), .request(3), .answer(3),
            .data(1, "b", end: false), .request(5, "GET", "/nobody"), .problem(5, 404, "unknown-service"),
            .data(1, "c"), .answer(1, body: "abc")),
        HTTP2Case(
            "A small answer is not held up by a large one that takes all the room of the connection",
            settings: [.initialWindowSize(1 << 24)], .giveNoRoom, .request(1, "GET", "/probe/bytes/1000000"),
            .bytes(1, 65_535), .request(3, "GET", "/probe/bytes/1000"), .head(3), .send(.windowUpdate(0, 40_000)),
            .answer(3), .check("the large one goes on") { $0.streams[1]?.isOver == false }),
        HTTP2Case(
            "Large answers share the room of the connection", settings: [.initialWindowSize(1 << 24)], .giveNoRoom,
            .times(4) { [.request(stream($0), "GET", "/probe/bytes/200000")] }, .times(4) { [.head(stream($0))] },
            .send(.windowUpdate(0, 160_000)),
            Step { client in
                try client.wait(for: "all the room to be taken") {
                    (0..<4).reduce(0) { $0 + (client.streams[stream($1)]?.body.count ?? 0) } == 225_535
                }
            },
            .check("a part for each") { client in
                (0..<4).allSatisfy { client.streams[stream($0)]?.body.count ?? 0 >= 20_000 }
            }),
        HTTP2Case(
            "What a stream that is reset had not sent yet takes no room from the others",
            settings: [.initialWindowSize(1 << 24)], .giveNoRoom, .request(1, "GET", "/probe/bytes/1000000"),
            .bytes(1, 65_535), .send(.reset(1)), .pong(), .send(.windowUpdate(0, 60_000)),
            .request(3, "GET", "/probe/bytes/60000"),
            .answer(3) { $0.body.count == 60_000 ? nil : "\($0.body.count) bytes" }),
        HTTP2Case(
            "Downloads that are reset hold up nobody",
            .times(40) {
                [.request(stream($0), "GET", "/probe/stream/5000000"), .head(stream($0)), .send(.reset(stream($0)))]
            },
            .request(1001, "GET", "/probe/stream/1000000"),
            .answer(1001) { $0.body.count == 1_000_000 ? nil : "\($0.body.count) bytes" }),
        HTTP2Case(
            "Large whole answers come whole, as many as there are",
            .times(12) { [.request(stream($0), "GET", "/probe/bytes/1000000")] },
            .times(12) { [.answer(stream($0)) { $0.body.count == 1_000_000 ? nil : "\($0.body.count) bytes" }] }),
        HTTP2Case(
            "Streams under credit share the room of the connection, and come whole",
            .times(8) { [.request(stream($0), "GET", "/probe/stream/400000")] },
            .times(8) { [.answer(stream($0)) { $0.body.count == 400_000 ? nil : "\($0.body.count) bytes" }] }),
        HTTP2Case(
            "Small answers come while a stream under credit has no room",
            settings: [.initialWindowSize(1000)], .giveNoRoom, .request(1, "GET", "/probe/stream/5000000"),
            .bytes(1, 1000),
            .times(20) { [.request(stream(1 + $0)), .answer(stream(1 + $0))] }),
    ]
}
