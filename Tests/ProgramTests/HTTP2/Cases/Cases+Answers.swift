extension HTTP2Case {
    /// An answer that is cut: its head has come, and RST_STREAM in place of its end.
    private static let cut = Step { client in
        try client.wait(for: "an end of the stream") { client.streams[1]?.isOver == true }
        guard let answer = client.streams[1], !answer.hasEnded, let code = answer.reset, code != .noError else {
            throw client.notCome("RST_STREAM in the middle of an answer")
        }
    }

    /// What workers answer, and what the client sees of it.
    static let responses: [HTTP2Case] = [
        HTTP2Case(
            "Fields come in lower case, without those of a connection, and with those that stand twice",
            .request(1, "GET", "/probe/fields"),
            .answer { answer in
                guard answer["x-upper"] == ["Upper"], answer["set-cookie"] == ["a=1", "b=2"], answer["x-empty"] == [""]
                else { return "other fields" }
                return answer["x-named"].isEmpty ? nil : "what Connection names is there"
            }),
        HTTP2Case(
            "Text beyond ASCII in the worker's fields comes as it is, and bytes that are none are not lost",
            .request(1, "GET", "/probe/fields"),
            .answer { answer in
                // What reads them here makes a string of them, in which a byte that is no UTF-8 is U+FFFD.
                answer["x-utf8"] == ["é"] && [["\u{FFFD}"], ["é"]].contains(answer["x-latin"])
                    ? nil : "they are \(answer["x-utf8"] + answer["x-latin"])"
            }),
        HTTP2Case(
            "A head longer than a frame comes in several", .request(1, "GET", "/probe/large/60000"),
            .answer { $0["x-large"].first?.count == 60_000 ? nil : "another field" }, .request(3), .answer(3)),
        HTTP2Case(
            "A body longer than a frame comes in several, none of them empty", .request(1, "GET", "/probe/bytes/60000"),
            .answer { $0.pieces.dropLast().allSatisfy { $0 > 0 } && $0.body.count == 60_000 ? nil : "\($0.pieces)" }),
        HTTP2Case(
            "204 has no body and no length", .request(1, "GET", "/probe/status/204"),
            .answer(1, 204) { $0["content-length"].isEmpty && $0.body.isEmpty ? nil : "a length, or a body" }),
        HTTP2Case(
            "304 has no body", .request(1, "GET", "/probe/status/304"),
            .answer(1, 304) { $0.body.isEmpty ? nil : "a body" }),
        HTTP2Case("205 is answered", .request(1, "GET", "/probe/status/205"), .answer(1, 205)),
        HTTP2Case(
            "Errors of the worker's own are its own", .request(1, "GET", "/probe/status/503"),
            .answer(1, 503) { $0.text == "the body" ? nil : "another body" }),
        HTTP2Case("A status of 599 is answered", .request(1, "GET", "/probe/status/599"), .answer(1, 599)),
        HTTP2Case(
            "A status of 100 is no reply", .request(1, "GET", "/probe/status/100"),
            .problem(1, 502, "worker-reply-invalid")),
        HTTP2Case(
            "A status of 101 is no reply", .request(1, "GET", "/probe/status/101"),
            .problem(1, 502, "worker-reply-invalid")),
        HTTP2Case(
            "A reply that is none is 502", .request(1, "GET", "/probe/invalid"),
            .problem(1, 502, "worker-reply-invalid"), .request(3), .answer(3)),
        HTTP2Case(
            "A reply shorter than its length is cut", .request(1, "GET", "/probe/short"), cut, .request(3), .answer(3)),
        HTTP2Case(
            "A reply longer than its length is cut", .request(1, "GET", "/probe/long"), cut, .request(3), .answer(3)),
        HTTP2Case(
            "A reply that the worker gives up is cut", .request(1, "GET", "/probe/abort"), cut, .request(3), .answer(3)),
        HTTP2Case(
            "A stream comes whole", .request(1, "GET", "/probe/stream/1000000"),
            .answer { $0.body.count == 1_000_000 ? nil : "\($0.body.count) bytes" }),
        HTTP2Case(
            "Empty pieces of a stream are no empty DATA, which clients take for an attack",
            .request(1, "GET", "/probe/hollow"),
            .answer { $0.text == "ab" && !$0.pieces.dropLast().contains(0) ? nil : "\($0.pieces)" }),
        HTTP2Case(
            "A stream of nothing comes", .request(1, "GET", "/probe/stream/0"),
            .answer { $0.body.isEmpty ? nil : "a body" }),
        HTTP2Case(
            "A stream of a worker without credit comes whole", .request(1, "GET", "/plain/stream/300000"),
            .answer { $0.body.count == 300_000 ? nil : "\($0.body.count) bytes" }),
        HTTP2Case(
            "A client that does not read a stream under credit makes the worker wait",
            settings: [.initialWindowSize(100)], .giveNoRoom, .request(1, "GET", "/probe/stream/8000000"),
            .bytes(1, 100), .request(3), .answer(3),
            .send(.windowUpdate(1, 8_000_000), .windowUpdate(0, 8_000_000)),
            .answer { $0.body.count == 8_000_000 ? nil : "\($0.body.count) bytes" }),
        HTTP2Case(
            "A client that does not read a stream without credit has it cut, and the others go on",
            settings: [.initialWindowSize(100)], .giveNoRoom, .request(1, "GET", "/plain/stream/8000000"), cut,
            .request(3), .answer(3)),
    ]

    /// Bodies of requests, and the room that the server gives for them.
    static let uploads: [HTTP2Case] = [
        HTTP2Case(
            "A body larger than the window of a stream comes whole",
            .request(1, "POST", "/probe/echo", end: false), .upload(1, 200_000),
            .answer { $0.body.count == 200_000 ? nil : "\($0.body.count) bytes" }),
        HTTP2Case(
            "Ten bodies that together are larger than the window of the connection come whole",
            .times(10) { [.request(UInt32(2 * $0 + 1), "POST", "/probe/echo", end: false)] },
            .times(10) { [.upload(UInt32(2 * $0 + 1), 200_000)] },
            .times(10) { [.answer(UInt32(2 * $0 + 1)) { $0.body.count == 200_000 ? nil : "\($0.body.count) bytes" }] }),
        HTTP2Case(
            "Bodies that are refused do not use up the window of the connection",
            .times(60) {
                [
                    .request(UInt32(2 * $0 + 1), "POST", "/nobody", end: false), .upload(UInt32(2 * $0 + 1), 40_000),
                    .problem(UInt32(2 * $0 + 1), 404, "unknown-service"),
                ]
            },
            .request(1001, "POST", "/probe/echo", end: false), .upload(1001, 200_000), .answer(1001)),
        HTTP2Case(
            "Bodies that are reset do not use up the window of the connection",
            .times(60) {
                [
                    .request(UInt32(2 * $0 + 1), "POST", "/probe/echo", end: false),
                    .upload(UInt32(2 * $0 + 1), 40_000, end: false), .send(.reset(UInt32(2 * $0 + 1))),
                ]
            },
            .request(1001, "POST", "/probe/echo", end: false), .upload(1001, 200_000), .answer(1001)),
        HTTP2Case(
            "Malformed bodies do not use up the window of the connection",
            .times(60) {
                [
                    .request(
                        UInt32(2 * $0 + 1), "POST", "/probe/echo", fields: [("content-length", "30000")], end: false),
                    .upload(UInt32(2 * $0 + 1), 40_000, by: 10_000), .reset(UInt32(2 * $0 + 1), .protocolError),
                ]
            },
            .request(1001, "POST", "/probe/echo", end: false), .upload(1001, 200_000), .answer(1001)),
        HTTP2Case(
            "DATA on a stream that the server has reset does not use up the window of the connection",
            .request(1, "POST", "/probe/echo", fields: [("X-Test", "a")], end: false), .reset(1, .protocolError),
            .times(80) { _ in
                [
                    Step { client in
                        // The client may send before it sees RST_STREAM, and counts what it sends.
                        try client.wait(for: "room on the connection") { client.connectionRoom >= 16_384 }
                        try client.send(.data(1, [UInt8](repeating: 1, count: 16_384), end: false))
                    }
                ]
            },
            .request(3, "POST", "/probe/echo", end: false), .upload(3, 200_000), .answer(3)),
        HTTP2Case(
            "A body of three thousand DATA of one byte is taken", .request(1, "POST", "/probe/echo", end: false),
            .upload(1, 3000, by: 1), .answer { $0.body.count == 3000 ? nil : "\($0.body.count) bytes" }),
        HTTP2Case(
            "Padding does not use up the windows", .request(1, "POST", "/probe/echo", end: false),
            .times(1500) { number in
                [
                    Step { client in
                        try client.wait(for: "room") { client.connectionRoom >= 257 && client.room(of: 1) >= 257 }
                        try client.send(.data(1, [0x75], end: number == 1499, padding: 255))
                    }
                ]
            },
            .answer { $0.body.count == 1500 ? nil : "\($0.body.count) bytes" }),
    ]

    /// Clients that go away.
    static let departures: [HTTP2Case] = [
        departure("resets the connection") { $0.socket.end(byReset: true) },
        departure("closes the connection") { $0.socket.end() },
        departure("says GOAWAY and closes the connection") { client in
            try client.send(.goAway())
            client.socket.end()
        },
        departure("ends its side of the connection") { $0.socket.endOutput() },
        HTTP2Case(
            "A client that is gone in the middle of a download disturbs nobody",
            .request(1, "GET", "/probe/stream/50000000"), .head(1),
            Step {
                $0.socket.end(byReset: true)
                $0.isLeft = true
            }, .elsewhere([.request(), .answer()])),
        HTTP2Case(
            "A client that is gone in the middle of an upload disturbs nobody",
            .request(1, "POST", "/probe/echo", fields: [("content-length", "100000")], end: false),
            .upload(1, 50_000, end: false),
            Step {
                $0.socket.end()
                $0.isLeft = true
            }, .elsewhere([.request(), .answer()])),
        HTTP2Case(
            "A client that is gone in the middle of a frame disturbs nobody",
            .raw(Array(RawFrame.headers(1, HeaderBlock.request().bytes).bytes.dropLast(5))),
            Step {
                $0.socket.end(byReset: true)
                $0.isLeft = true
            }, .elsewhere([.request(), .answer()])),
    ]

    private static func departure(_ name: String, _ leave: @escaping @Sendable (HTTP2Client) throws -> Void)
        -> HTTP2Case
    {
        HTTP2Case(
            "The requests of a client that \(name) are called off",
            .keyed { key in
                [
                    .request(1, "GET", "/probe/hold/\(key)"), .request(3, "GET", "/probe/await/\(key)"),
                    .answer(3, body: "held"),
                    Step { client in
                        try leave(client)
                        client.isLeft = true
                    },
                    .elsewhere([.request(1, "GET", "/probe/cancelled/\(key)"), .answer(1, body: "cancelled")]),
                ]
            })
    }
}

extension Step {
    /// Steps on a connection of their own.
    static func elsewhere(_ steps: [Step]) -> Step {
        Step { client in
            let other = try HTTP2Client(port: client.port)
            for step in steps { try step.run(other) }
        }
    }
}
