import SwiftZMQ
import Testing
import WorkerProtocol

@Suite struct CommandTests {
    static let long = Frame([UInt8](repeating: 1, count: 64))

    @Test(
        arguments: [
            (["", "READY", "greet"], .request), (["", "MDPW01", "\u{1}", "greet"], .majordomo01),
            (["", "MDPW01"], .majordomo01), (["MDPW02", "\u{1}", "greet"], .majordomo02), (["MDPW02"], .majordomo02),
        ] as [(Message, WorkerDialect)])
    func `The first message of a connection tells the dialect`(frames: Message, dialect: WorkerDialect) {
        #expect(WorkerDialect(firstMessage: frames) == dialect)
    }

    @Test(
        arguments: [
            [""], ["", ""], ["", "READY"], ["", "READY", "a", "b"], ["READY", "greet"], ["", "ready", "greet"],
            ["MDPW01"],
            ["MDPW03", "\u{1}", "a"], ["", "MDPW02", "\u{1}", "a"], ["MDPC02", "\u{1}", "a"], ["MDPW020"],
        ] as [Message])
    func `What begins like no dialect has none`(frames: Message) {
        #expect(WorkerDialect(firstMessage: frames) == nil)
    }

    static let fromWorkers: [(WorkerDialect, WorkerCommand, Message)] = [
        (.request, .ready(service: "greet", .init()), ["", "READY", "greet"]),
        (.request, .final(request: "", ["hello"]), ["", "hello"]),
        (.request, .final(request: "", ["200\r\n", "a", "b"]), ["", "200\r\n", "a", "b"]),
        (.majordomo01, .ready(service: "greet", .init()), ["", "MDPW01", "\u{1}", "greet"]),
        (.majordomo01, .final(request: "r", ["a"]), ["", "MDPW01", "\u{3}", "r", "", "a"]),
        (.majordomo01, .final(request: long, ["a", "", "b"]), ["", "MDPW01", "\u{3}", long, "", "a", "", "b"]),
        (.majordomo01, .heartbeat, ["", "MDPW01", "\u{4}"]),
        (.majordomo01, .disconnect, ["", "MDPW01", "\u{5}"]),
        (.majordomo02, .ready(service: "greet", .init()), ["MDPW02", "\u{1}", "greet"]),
        (
            .majordomo02, .ready(service: "g", .init(concurrency: 64, wantsCancel: true)),
            ["MDPW02", "\u{1}", "g", "concurrency=64\ncancel=1"]
        ),
        (
            .majordomo02, .ready(service: "g", .init(concurrency: 1, wantsCredit: true, mayDrain: true)),
            ["MDPW02", "\u{1}", "g", "credit=1\ndrain=1"]
        ),
        (
            .majordomo02, .ready(service: "g", .init(concurrency: 9, servesWebSockets: true)),
            ["MDPW02", "\u{1}", "g", "concurrency=9\nwebsocket=1"]
        ),
        (.majordomo02, .credit(request: "r", bytes: 70_000), ["MDPW02", "\u{8}", "r", "70000"]),
        (.majordomo02, .partial(request: "r", ["h", "p"]), ["MDPW02", "\u{3}", "r", "", "h", "p"]),
        (.majordomo02, .partial(request: "r", [""]), ["MDPW02", "\u{3}", "r", "", ""]),
        (.majordomo02, .final(request: long, ["a"]), ["MDPW02", "\u{4}", long, "", "a"]),
        (.majordomo02, .heartbeat, ["MDPW02", "\u{5}"]),
        (.majordomo02, .disconnect, ["MDPW02", "\u{6}"]),
        (.majordomo02, .drain, ["MDPW02", "\u{9}"]),
        (.majordomo02, .abort(request: "r", reason: "why"), ["MDPW02", "\u{B}", "r", "why"]),
        (.majordomo02, .abort(request: long, reason: ""), ["MDPW02", "\u{B}", long, ""]),
    ]

    @Test(arguments: fromWorkers)
    func `A worker's command is read as it was written`(
        dialect: WorkerDialect, command: WorkerCommand, frames: Message
    ) throws {
        #expect(try command.frames(in: dialect) == frames)
        #expect(try WorkerCommand(reading: frames, dialect: dialect) == command)
    }

    static let fromGateway: [(WorkerDialect, GatewayCommand, Message)] = [
        (.request, .request(id: "", ["h", "b"]), ["", "h", "b"]),
        (.majordomo01, .request(id: "r", ["h", ""]), ["", "MDPW01", "\u{2}", "r", "", "h", ""]),
        (.majordomo01, .heartbeat, ["", "MDPW01", "\u{4}"]),
        (.majordomo01, .disconnect, ["", "MDPW01", "\u{5}"]),
        (.majordomo02, .request(id: "r", ["h", "b"]), ["MDPW02", "\u{2}", "r", "", "h", "b"]),
        (.majordomo02, .request(id: "r", ["a", "b", "c"]), ["MDPW02", "\u{2}", "r", "", "a", "b", "c"]),
        (.majordomo02, .heartbeat, ["MDPW02", "\u{5}"]),
        (.majordomo02, .disconnect, ["MDPW02", "\u{6}"]),
        (.majordomo02, .cancel(id: "r"), ["MDPW02", "\u{7}", "r"]),
        (.majordomo02, .credit(id: "r", bytes: 65_536), ["MDPW02", "\u{8}", "r", "65536"]),
        (.majordomo02, .message(id: "r", kind: .text, data: "t"), ["MDPW02", "\u{A}", "r", "text", "t"]),
        (.majordomo02, .message(id: "r", kind: .binary, data: ""), ["MDPW02", "\u{A}", "r", "binary", ""]),
        (.majordomo02, .message(id: "r", kind: .close, data: ""), ["MDPW02", "\u{A}", "r", "close", ""]),
    ]

    @Test(arguments: fromGateway)
    func `The gateway's command is read as it was written`(
        dialect: WorkerDialect, command: GatewayCommand, frames: Message
    ) throws {
        #expect(command.frames(in: dialect) == frames)
        #expect(try GatewayCommand(reading: frames, dialect: dialect) == command)
    }

    @Test func `A request of two frames has the same message either way`() {
        for dialect in WorkerDialect.allCases {
            let id: Frame = dialect == .request ? "" : "r"
            #expect(
                GatewayCommand.request(to: "w", id: id, head: "h", body: "b", in: dialect)
                    == GatewayCommand.request(id: id, ["h", "b"]).frames(in: dialect).map {
                        Message("w", followedBy: $0)
                    })
        }
    }

    @Test func `What ends a WebSocket has a code and a reason where there are any`() {
        #expect(WorkerCommand.close(request: "r", code: nil, reason: "") == ["MDPW02", "\u{4}", "r", "", "close"])
        #expect(
            WorkerCommand.close(request: "r", code: 1001, reason: "") == ["MDPW02", "\u{4}", "r", "", "close", "1001"])
        #expect(
            WorkerCommand.close(request: "r", code: 4000, reason: "why")
                == ["MDPW02", "\u{4}", "r", "", "close", "4000", "why"])
        #expect(
            WorkerCommand.message(request: "r", kind: .binary, data: "x")
                == ["MDPW02", "\u{3}", "r", "", "binary", "x"])
    }

    @Test func `The head that accepts a WebSocket names what was chosen, and lets nothing be slipped in`() throws {
        #expect(String(try ReplyHead.webSocketFrame(fields: [])) == "HTTP/1.1 101 Switching Protocols\r\n\r\n")
        let chosen = ReplyHead.Field(name: "Sec-WebSocket-Protocol", value: "chat")
        #expect(
            String(try ReplyHead.webSocketFrame(fields: [chosen], credit: 65_536))
                == "HTTP/1.1 101 Switching Protocols\r\nsec-websocket-protocol: chat\r\nx-stream-credit: 65536\r\n\r\n")
        let evil = ReplyHead.Field(name: "sec-websocket-protocol", value: "chat\r\nset-cookie: a=b")
        #expect(throws: WorkerProtocolError.self) { try ReplyHead.webSocketFrame(fields: [evil]) }
    }

    @Test func `A command that a dialect lacks is not written`() {
        #expect(GatewayCommand.heartbeat.frames(in: .request) == nil)
        #expect(GatewayCommand.message(id: "r", kind: .text, data: "").frames(in: .majordomo01) == nil)
        #expect(GatewayCommand.cancel(id: "r").frames(in: .majordomo01) == nil)
        for (dialect, command) in [
            (.majordomo01, .partial(request: "r", ["p"])), (.majordomo01, .drain), (.request, .heartbeat),
            (.majordomo01, .abort(request: "r", reason: "")), (.request, .abort(request: "", reason: "")),
            (.request, .ready(service: "a", .init(concurrency: 2))),
            (.majordomo01, .ready(service: "a", .init(concurrency: 2))),
            (.majordomo02, .ready(service: "a", .init(concurrency: 1025))),
            (.majordomo02, .ready(service: "", .init())),
        ] as [(WorkerDialect, WorkerCommand)] {
            #expect(throws: WorkerProtocolError.self) { try command.frames(in: dialect) }
        }
    }

    @Test(
        arguments: [
            (.request, ["READY", "a"], "missing-delimiter"), (.request, [""], "missing-delimiter"),
            (.request, ["", "READY", ""], "service-name"), (.request, ["", "MDPW01", "\u{4}"], "unknown-dialect"),
            (.majordomo01, ["", "MDPW01"], "unknown-dialect"),
            (.majordomo01, ["MDPW01", "", "\u{4}"], "unknown-dialect"),
            (.majordomo01, ["", "MDPW01", "\u{1}"], "frame-count"),
            (.majordomo01, ["", "MDPW01", "\u{1}", "a", "concurrency=2"], "frame-count"),
            (.majordomo01, ["", "MDPW01", "\u{2}", "r", "", "a"], "unknown-command"),
            (.majordomo01, ["", "MDPW01", "\u{6}"], "unknown-command"),
            (.majordomo01, ["", "MDPW01", ""], "unknown-command"),
            (.majordomo01, ["", "MDPW01", "\u{3}", "r", ""], "frame-count"),
            (.majordomo01, ["", "MDPW01", "\u{3}", "r", "x", "b"], "missing-delimiter"),
            (.majordomo01, ["", "MDPW01", "\u{4}", ""], "frame-count"),
            (.majordomo02, ["", "READY", "a"], "unknown-dialect"), (.majordomo02, ["MDPW02"], "unknown-dialect"),
            (.majordomo02, ["MDPW02", "\u{1}"], "frame-count"),
            (.majordomo02, ["MDPW02", "\u{1}", "a", "", ""], "frame-count"),
            (.majordomo02, ["MDPW02", "\u{2}", "r", "", "a"], "unknown-command"),
            (.majordomo02, ["MDPW02", "\u{7}", "r"], "unknown-command"),
            (.majordomo02, ["MDPW02", "\u{4}\u{4}"], "unknown-command"),
            (.majordomo02, ["MDPW02", "\u{3}", "r", ""], "frame-count"),
            (.majordomo02, ["MDPW02", "\u{4}", "r", "x", "a"], "missing-delimiter"),
            (.majordomo02, ["MDPW02", "\u{5}", "x"], "frame-count"),
            (.majordomo02, ["MDPW02", "\u{6}", "x"], "frame-count"),
            (.majordomo02, ["MDPW02", "\u{8}", "r"], "frame-count"),
            (.majordomo02, ["MDPW02", "\u{8}", "r", "1x"], "credit"),
            (.majordomo02, ["MDPW02", "\u{A}", "r", "text", "x"], "unknown-command"),
            (.majordomo02, ["MDPW02", "\u{9}", "x"], "frame-count"),
            (.majordomo02, ["MDPW02", "\u{B}", "r"], "frame-count"),
            (.majordomo02, ["MDPW02", "\u{B}", "r", "", "why"], "frame-count"),
            (.majordomo01, ["", "MDPW01", "\u{B}", "r", "why"], "unknown-command"),
        ] as [(WorkerDialect, Message, String)])
    func `A malformed message of a worker is refused with its reason`(
        dialect: WorkerDialect, frames: Message, code: String
    ) {
        let error = #expect(throws: WorkerProtocolError.self) {
            try WorkerCommand(reading: frames, dialect: dialect)
        }
        #expect(error?.code.rawValue == code)
    }

    @Test(
        arguments: [
            (.request, ["h", "b"]), (.majordomo01, ["MDPW01", "\u{4}"]),
            (.majordomo01, ["", "MDPW01", "\u{2}", "r", ""]),
            (.majordomo02, ["MDPW02", "\u{1}", "a"]), (.majordomo02, ["MDPW02", "\u{2}", "r", "x", "h"]),
            (.majordomo02, ["MDPW02", "\u{8}", "r", "-1"]), (.majordomo02, ["MDPW02", "\u{8}", "r", ""]),
            (.majordomo02, ["MDPW02", "\u{7}"]), (.majordomo02, ["MDPW02", "\u{9}"]),
            (.majordomo02, ["MDPW02", "\u{A}", "r", "text"]), (.majordomo02, ["MDPW02", "\u{A}", "r", "Text", "x"]),
            (.majordomo02, ["MDPW02", "\u{A}", "r", "", "x"]), (.majordomo02, ["MDPW02", "\u{A}", "r", "ping", ""]),
        ] as [(WorkerDialect, Message)])
    func `A worker refuses what is no command of the gateway`(dialect: WorkerDialect, frames: Message) {
        #expect(throws: WorkerProtocolError.self) { try GatewayCommand(reading: frames, dialect: dialect) }
    }

    @Test(arguments: [
        ("", WorkerProperties()), ("concurrency=1024", WorkerProperties(concurrency: 1024)),
        ("cancel=1\n", WorkerProperties(concurrency: 1, wantsCancel: true)),
        ("websocket=1", WorkerProperties(concurrency: 1, servesWebSockets: true)),
        ("later=x y=z\ndrain=1\ncredit=0\nconcurrency=2\n", WorkerProperties(concurrency: 2, mayDrain: true)),
    ])
    func `Properties are lines of key and value; unknown keys are ignored`(
        text: String, properties: WorkerProperties
    ) throws {
        #expect(try WorkerProperties(reading: Frame(text)) == properties)
    }

    @Test(arguments: [
        "concurrency", "=1", "\n", "concurrency=0", "concurrency=1025", "concurrency=-1", "concurrency= 1",
        "concurrency=", "concurrency=1x", "concurrency=99999999999999999999", "cancel=2", "cancel=yes", "drain=",
        "websocket=13",
        "cancel=1\r\n", "cancel=1\n\ndrain=1", "cancel=1\ncancel=1", "caf\u{E9}=1", "a\0=1",
        String(repeating: "a=1", count: 2000),
    ])
    func `Malformed properties are refused`(text: String) {
        let error = #expect(throws: WorkerProtocolError.self) { try WorkerProperties(reading: Frame(text)) }
        #expect(error?.code == .property)
    }

    @Test(arguments: ["a", "greet", "Gr\u{FC}\u{DF}e an alle", String(repeating: "x", count: 255)])
    func `A service may have any printable name`(name: String) throws {
        try ServiceName.check(name)
    }

    @Test(arguments: ["", String(repeating: "x", count: 256), "a\nb", "a\u{7F}", "a\u{85}", "mmi.service", "\0"])
    func `A name that is empty, long, reserved or not printable is refused`(name: String) {
        #expect(throws: WorkerProtocolError.self) { try ServiceName.check(name) }
        #expect(throws: WorkerProtocolError.self) {
            try WorkerCommand(reading: ["MDPW02", "\u{1}", Frame(name)], dialect: .majordomo02)
        }
    }

    @Test func `A name that is not UTF-8 is refused`() {
        #expect(throws: WorkerProtocolError.self) {
            try WorkerCommand(reading: ["MDPW02", "\u{1}", Frame([0xC3, 0x28])], dialect: .majordomo02)
        }
    }
}
