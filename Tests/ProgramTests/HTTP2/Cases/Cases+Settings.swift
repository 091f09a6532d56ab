extension HTTP2Case {
    /// SETTINGS, right and wrong (RFC 9113, section 6.5).
    static let settingsFrames: [HTTP2Case] = [
        HTTP2Case(
            "SETTINGS with every setting is acknowledged",
            .send(
                .settings(
                    .headerTableSize(4096), .enablePush(1), .maxConcurrentStreams(100), .initialWindowSize(65_535),
                    .maxFrameSize(16_384), .maxHeaderListSize(100))), .acknowledgments(2)),
        HTTP2Case("SETTINGS with nothing in it is acknowledged", .send(.settings()), .acknowledgments(2)),
        HTTP2Case(
            "An unknown setting is ignored", .send(.settings(RawFrame.Setting(identifier: 0xFF, value: 1))),
            .acknowledgments(2), .request(), .answer()),
        HTTP2Case(
            "SETTINGS of a thousand unknown settings is acknowledged",
            .send(.settings((0..<1000).map { RawFrame.Setting(identifier: 0x100 + UInt16($0), value: 7) })),
            .acknowledgments(2), .request(), .answer()),
        HTTP2Case("A second acknowledgment does no harm", .send(.settingsAcknowledgment), Step { _ in }, .leave),
        HTTP2Case(
            "An acknowledgment with content ends the connection",
            .send(RawFrame(kind: RawFrame.Kind.settings, flags: 1, stream: 0, payload: [0])), .goAway(.frameSizeError)),
        HTTP2Case(
            "SETTINGS on a stream ends the connection",
            .send(RawFrame(kind: RawFrame.Kind.settings, stream: 1, payload: [0, 3, 0, 0, 0, 100])),
            .goAway(.protocolError)),
        HTTP2Case(
            "SETTINGS of three bytes ends the connection",
            .send(RawFrame(kind: RawFrame.Kind.settings, stream: 0, payload: [0, 3, 0])), .goAway(.frameSizeError)),
        HTTP2Case(
            "ENABLE_PUSH that is neither 0 nor 1 ends the connection", .send(.settings(.enablePush(2))),
            .goAway(.protocolError)),
        HTTP2Case(
            "INITIAL_WINDOW_SIZE of 2^31 ends the connection", .send(.settings(.initialWindowSize(1 << 31))),
            .goAway(.flowControlError)),
        HTTP2Case(
            "INITIAL_WINDOW_SIZE of 2^32 - 1 ends the connection", .send(.settings(.initialWindowSize(.max))),
            .goAway(.flowControlError)),
        HTTP2Case(
            "MAX_FRAME_SIZE of 16,383 ends the connection", .send(.settings(.maxFrameSize(16_383))),
            .goAway(.protocolError)),
        HTTP2Case(
            "MAX_FRAME_SIZE of 2^24 ends the connection", .send(.settings(.maxFrameSize(1 << 24))),
            .goAway(.protocolError)),
        HTTP2Case(
            "A client that takes no pushed streams is answered", settings: [.maxConcurrentStreams(0), .enablePush(0)],
            .request(), .answer()),
        HTTP2Case(
            "A client without a dynamic table can read every answer", settings: [.headerTableSize(0)],
            .times(5) { [.request(UInt32(2 * $0 + 1)), .answer(UInt32(2 * $0 + 1))] }),
        HTTP2Case(
            "A client that gives up its dynamic table can read every answer",
            .times(3) { [.request(UInt32(2 * $0 + 1)), .answer(UInt32(2 * $0 + 1))] },
            .send(.settings(.headerTableSize(0))), .acknowledgments(2),
            .send(.settings(.headerTableSize(4096))), .acknowledgments(3),
            .times(3) { [.request(UInt32(2 * $0 + 7)), .answer(UInt32(2 * $0 + 7))] }),
        HTTP2Case(
            "A client with an enormous dynamic table can read every answer", settings: [.headerTableSize(1 << 20)],
            .send(.settings(.headerTableSize(.max), .headerTableSize(1 << 20))), .acknowledgments(2),
            .times(5) { [.request(UInt32(2 * $0 + 1)), .answer(UInt32(2 * $0 + 1))] }),
        HTTP2Case(
            "A client that takes long frames is answered", settings: [.maxFrameSize(16_777_215)],
            .send(.settings(.maxFrameSize(16_384))), .acknowledgments(2), .request(1, "GET", "/probe/bytes/60000"),
            .answer { $0.body.count == 60_000 ? nil : "\($0.body.count) bytes" }),
        HTTP2Case(
            "A client that takes only small heads is answered, or told why not", settings: [.maxHeaderListSize(1)],
            .request(),
            Step { client in
                try client.wait(for: "an answer or a reset") { client.streams[1]?.isOver == true }
            }),
        HTTP2Case(
            "Values of one SETTINGS take effect in their order", settings: [.initialWindowSize(0)],
            .send(.settings(.initialWindowSize(100), .initialWindowSize(1))), .acknowledgments(2), .giveNoRoom,
            .request(), .bytes(1, 1), .send(.windowUpdate(1, 12)), .answer()),
    ]

    /// Windows that clients give (RFC 9113, sections 6.9 and 6.9.1).
    static let windows: [HTTP2Case] = [
        HTTP2Case(
            "WINDOW_UPDATE of 1 on the connection is taken", .send(.windowUpdate(0, 1)), .pong(), .request(), .answer()),
        HTTP2Case("WINDOW_UPDATE of 1 on a stream is taken", .request(), .send(.windowUpdate(1, 1)), .answer()),
        HTTP2Case(
            "WINDOW_UPDATE of 0 on the connection ends it", .send(.windowUpdate(0, 0)), .goAway(.protocolError)),
        HTTP2Case(
            "WINDOW_UPDATE of 0 on a stream is PROTOCOL_ERROR", .request(1, "GET", "/probe/hold/windows"),
            .send(.windowUpdate(1, 0)), .error(1, .protocolError)),
        HTTP2Case(
            "WINDOW_UPDATE of three bytes ends the connection",
            .send(RawFrame(kind: RawFrame.Kind.windowUpdate, stream: 0, payload: [0, 0, 1])), .goAway(.frameSizeError)),
        HTTP2Case(
            "WINDOW_UPDATE of three bytes on a stream ends the connection", .request(1, "GET", "/probe/hold/windows"),
            .send(RawFrame(kind: RawFrame.Kind.windowUpdate, stream: 1, payload: [0, 0, 1])), .goAway(.frameSizeError)),
        HTTP2Case(
            "A window of the connection over 2^31 - 1 is GOAWAY FLOW_CONTROL_ERROR",
            .send(.windowUpdate(0, 0x7FFF_FFFF), .windowUpdate(0, 0x7FFF_FFFF)), .goAway(.flowControlError)),
        HTTP2Case(
            "A window of the connection of 2^31 - 1 is taken", .send(.windowUpdate(0, 0x7FFF_FFFF - 65_535)),
            .request(), .answer()),
        HTTP2Case(
            "A window of a stream over 2^31 - 1 is RST_STREAM FLOW_CONTROL_ERROR",
            .request(1, "POST", "/probe/echo", end: false),
            .send(.windowUpdate(1, 0x7FFF_FFFF), .windowUpdate(1, 0x7FFF_FFFF)), .reset(1, .flowControlError), .leave),
        HTTP2Case(
            "One byte more for a stream that has the greatest window is RST_STREAM FLOW_CONTROL_ERROR",
            settings: [.initialWindowSize(0x7FFF_FFFF)], .request(1, "GET", "/probe/hold/windows"),
            .send(.windowUpdate(1, 1)), .reset(1, .flowControlError), .leave),
        HTTP2Case(
            "The reserved bit of WINDOW_UPDATE is ignored", settings: [.initialWindowSize(0)], .request(), .head(),
            .send(RawFrame(kind: RawFrame.Kind.windowUpdate, stream: 1, payload: [0x80, 0, 0, 20])), .answer()),
        HTTP2Case(
            "No more DATA comes than a stream's window has room for", settings: [.initialWindowSize(1)], .giveNoRoom,
            .request(), .bytes(1, 1), .send(.windowUpdate(1, 5)), .bytes(1, 6), .send(.windowUpdate(1, 7)), .answer()),
        HTTP2Case(
            "An answer comes byte by byte when the window is given so", settings: [.initialWindowSize(1)], .giveNoRoom,
            .request(1, "GET", "/probe/bytes/60"),
            .times(59) { [.bytes(1, $0 + 1), .send(.windowUpdate(1, 1))] }, .answer()),
        HTTP2Case(
            "No more DATA comes than the window of the connection has room for",
            settings: [.initialWindowSize(1 << 20)], .giveNoRoom, .request(1, "GET", "/probe/bytes/70000"),
            .bytes(1, 65_535), .send(.windowUpdate(0, 4465)),
            .answer { $0.body.count == 70_000 ? nil : "\($0.body.count) bytes" }),
        HTTP2Case(
            "An answer without a body needs no window", settings: [.initialWindowSize(0)], .giveNoRoom,
            .request(1, "HEAD"), .answer(1), .request(3, "GET", "/probe/status/204"), .answer(3, 204),
            .request(5, "GET", "/probe/bytes/0"), .answer(5, body: "")),
        HTTP2Case(
            "A small answer is not held up by a large one whose stream has no room",
            settings: [.initialWindowSize(1000)], .giveNoRoom, .request(1, "GET", "/probe/bytes/50000"),
            .bytes(1, 1000), .request(3), .answer(3)),
    ]

    /// Windows that change while answers are under way (RFC 9113, section 6.9.2).
    static let windowChanges: [HTTP2Case] = [
        HTTP2Case(
            "A larger INITIAL_WINDOW_SIZE lets waiting answers go on", settings: [.initialWindowSize(0)], .giveNoRoom,
            .request(1), .request(3), .head(1), .head(3), .bytes(1, 0), .send(.settings(.initialWindowSize(1))),
            .bytes(1, 1), .bytes(3, 1), .send(.settings(.initialWindowSize(65_535))), .answer(1), .answer(3)),
        HTTP2Case(
            "A smaller INITIAL_WINDOW_SIZE makes a window negative, and only more than the difference helps",
            settings: [.initialWindowSize(3)], .giveNoRoom, .request(), .bytes(1, 3),
            .send(.settings(.initialWindowSize(2))), .acknowledgments(2), .send(.windowUpdate(1, 2)), .bytes(1, 4),
            .send(.windowUpdate(1, 9)), .answer()),
        HTTP2Case(
            "INITIAL_WINDOW_SIZE does not change the window of the connection", settings: [.initialWindowSize(1000)],
            .giveNoRoom, .send(.settings(.initialWindowSize(0x7FFF_FFFF))), .acknowledgments(2),
            .request(1, "GET", "/probe/bytes/100000"), .bytes(1, 65_535), .send(.windowUpdate(0, 100_000)),
            .answer { $0.body.count == 100_000 ? nil : "\($0.body.count) bytes" }),
        HTTP2Case(
            "INITIAL_WINDOW_SIZE that brings a window over 2^31 - 1 ends the connection",
            .request(1, "GET", "/probe/hold/windows"), .send(.windowUpdate(1, 0x7FFF_FFFF - 65_535), .ping()),
            .send(.settings(.initialWindowSize(65_536))), .goAway(.flowControlError)),
        HTTP2Case(
            "Window of nothing, everything and nothing again: the answer comes once there is room",
            settings: [.initialWindowSize(0)], .giveNoRoom, .request(), .head(),
            .send(.settings(.initialWindowSize(0)), .settings(.initialWindowSize(0))), .acknowledgments(3),
            .send(.settings(.initialWindowSize(100))), .answer()),
    ]
}

extension Step {
    /// Steps with a word that nobody else uses.
    static func keyed(_ steps: @escaping @Sendable (String) -> [Step]) -> Step {
        Step { client in
            for step in steps(String(UInt64.random(in: .min ... .max), radix: 36)) { try step.run(client) }
        }
    }
}
