extension AutobahnCase {
    static let all = sizes + pings + reserved + opcodes + fragments + closes

    private static func text(_ text: String, isFinal: Bool = true, reserved: UInt8 = 0) -> [UInt8] {
        WebSocketClient.frame(1, Array(text.utf8), isFinal: isFinal, reserved: reserved)
    }
    private static func more(_ text: String, isFinal: Bool = true) -> [UInt8] {
        WebSocketClient.frame(0, Array(text.utf8), isFinal: isFinal)
    }
    private static func ping(_ text: String = "") -> [UInt8] { WebSocketClient.frame(9, Array(text.utf8)) }
    private static func echo(_ text: String) -> Frame { Frame(opcode: 1, contents: Array(text.utf8)) }
    private static func pong(_ text: String = "") -> Frame { Frame(opcode: 10, contents: Array(text.utf8)) }

    // MARK: 1 Framing

    private static let sizes: [AutobahnCase] = [(1, UInt8(ascii: "*"), "text"), (2, 0xFE, "binary")].flatMap {
        (kind: UInt8, byte: UInt8, name: String) in
        [0, 125, 126, 127, 128, 65535, 65536, 65536].enumerated().map { index, size in
            let contents = [UInt8](repeating: byte, count: size)
            return AutobahnCase(
                "1.\(kind).\(index + 1)", "\(name) of \(size) bytes\(index == 7 ? " in parts of 997" : "")",
                WebSocketClient.frame(kind, contents), inPartsOf: index == 7 ? 997 : nil,
                [Frame(opcode: kind, contents: contents)])
        }
    }

    // MARK: 2 Pings and pongs

    private static let longest = [UInt8](repeating: 0xFE, count: 125)
    private static let tenPings = (0..<10).flatMap { ping("payload-\($0)") }
    private static let tenPongs = (0..<10).map { pong("payload-\($0)") }

    private static let pings: [AutobahnCase] = [
        AutobahnCase("2.1", "ping without payload", ping(), [pong()]),
        AutobahnCase("2.2", "ping with text", ping("Hello, world!"), [pong("Hello, world!")]),
        AutobahnCase(
            "2.3", "ping with bytes that are no text", WebSocketClient.frame(9, [0, 0xFF, 0xFE, 0xFD, 0]),
            [Frame(opcode: 10, contents: [0, 0xFF, 0xFE, 0xFD, 0])]),
        AutobahnCase(
            "2.4", "ping of 125 bytes", WebSocketClient.frame(9, longest), [Frame(opcode: 10, contents: longest)]),
        AutobahnCase("2.5", "ping of 126 bytes", WebSocketClient.frame(9, longest + [0]), [], .failed(1002)),
        AutobahnCase(
            "2.6", "ping of 125 bytes, byte by byte", WebSocketClient.frame(9, longest), inPartsOf: 1,
            [Frame(opcode: 10, contents: longest)]),
        AutobahnCase("2.7", "pong that nobody asked for", WebSocketClient.frame(10, [])),
        AutobahnCase("2.8", "the same with text", WebSocketClient.frame(10, Array("unsolicited".utf8))),
        AutobahnCase(
            "2.9", "pong that nobody asked for, and a ping", WebSocketClient.frame(10, [1]) + ping("p"), [pong("p")]),
        AutobahnCase("2.10", "ten pings", tenPings, tenPongs),
        AutobahnCase("2.11", "ten pings, byte by byte", tenPings, inPartsOf: 1, tenPongs),
    ]

    // MARK: 3 Reserved bits, 4 opcodes

    private static let small = "Hello, world!"

    private static let reserved: [AutobahnCase] = [
        AutobahnCase("3.1", "reserved bits 1", text(small, reserved: 1), [], .failed(1002)),
        AutobahnCase(
            "3.2", "a text, reserved bits 2, a ping", text(small) + text(small, reserved: 2) + ping(), [echo(small)],
            .failed(1002)),
        AutobahnCase(
            "3.3", "the same with 3 in parts", text(small) + text(small, reserved: 3) + ping(), inPartsOf: 7,
            [echo(small)], .failed(1002)),
        AutobahnCase(
            "3.4", "the same with 4 byte by byte", text(small) + text(small, reserved: 4) + ping(), inPartsOf: 1,
            [echo(small)], .failed(1002)),
        AutobahnCase(
            "3.5", "binary, reserved bits 5", WebSocketClient.frame(2, [0, 0xFF], reserved: 5), [], .failed(1002)),
        AutobahnCase("3.6", "ping, reserved bits 6", WebSocketClient.frame(9, [1], reserved: 6), [], .failed(1002)),
        AutobahnCase("3.7", "close, reserved bits 7", WebSocketClient.frame(8, [], reserved: 7), [], .failed(1002)),
    ]

    private static let opcodes: [AutobahnCase] = [3, 11].enumerated().flatMap { group, first in
        (0..<5).map { index in
            let opcode = UInt8(first + index)
            let hasPayload = index == 1 || index == 3 || index == 4
            let frame = WebSocketClient.frame(opcode, hasPayload ? Array("reserved opcode payload".utf8) : [])
            let isAfterText = index >= 2
            return AutobahnCase(
                "4.\(group + 1).\(index + 1)", "opcode \(opcode)\(isAfterText ? " behind a text" : "")",
                isAfterText ? text(small) + frame + ping() : frame, inPartsOf: index == 4 ? 1 : nil,
                isAfterText ? [echo(small)] : [], .failed(1002))
        }
    }

    // MARK: 5 Fragments

    private static let halves = text("fragment1", isFinal: false) + more("fragment2")
    private static let whole = echo("fragment1fragment2")
    private static let pinged = text("fragment1", isFinal: false) + ping("ping payload") + more("fragment2")
    private static let stray = more("non-continuation payload") + text(small)
    private static let openStray = more("non-continuation payload", isFinal: false) + text(small)
    private static let five =
        text("fragment1", isFinal: false) + more("fragment2", isFinal: false) + ping("pongme 1!")
        + more("fragment3", isFinal: false) + more("fragment4", isFinal: false) + ping("pongme 2!") + more("fragment5")
    private static let ofFive = [
        pong("pongme 1!"), pong("pongme 2!"), echo("fragment1fragment2fragment3fragment4fragment5"),
    ]

    private static let fragments: [AutobahnCase] = [
        AutobahnCase(
            "5.1", "ping in two", WebSocketClient.frame(9, [1], isFinal: false) + more("2"), [], .failed(1002)),
        AutobahnCase(
            "5.2", "pong in two", WebSocketClient.frame(10, [1], isFinal: false) + more("2"), [], .failed(1002)),
        AutobahnCase("5.3", "text in two", halves, [whole]),
        AutobahnCase("5.4", "text in two, in parts", halves, inPartsOf: 15, [whole]),
        AutobahnCase("5.5", "text in two, byte by byte", halves, inPartsOf: 1, [whole]),
        AutobahnCase("5.6", "text in two with a ping between", pinged, [pong("ping payload"), whole]),
        AutobahnCase("5.7", "the same in parts", pinged, inPartsOf: 15, [pong("ping payload"), whole]),
        AutobahnCase("5.8", "the same byte by byte", pinged, inPartsOf: 1, [pong("ping payload"), whole]),
        AutobahnCase("5.9", "continuation of nothing, and a text", stray, [], .failed(1002)),
        AutobahnCase("5.10", "the same in parts", stray, inPartsOf: 30, [], .failed(1002)),
        AutobahnCase("5.11", "the same byte by byte", stray, inPartsOf: 1, [], .failed(1002)),
        AutobahnCase("5.12", "open continuation of nothing, and a text", openStray, [], .failed(1002)),
        AutobahnCase("5.13", "the same in parts", openStray, inPartsOf: 30, [], .failed(1002)),
        AutobahnCase("5.14", "the same byte by byte", openStray, inPartsOf: 1, [], .failed(1002)),
        AutobahnCase("5.15", "text in two, and a continuation of nothing", halves + openStray, [whole], .failed(1002)),
        AutobahnCase(
            "5.16", "open continuation of nothing, text in two, twice", openStray + halves + openStray + halves, [],
            .failed(1002)),
        AutobahnCase("5.17", "continuation of nothing, text in two, twice", stray + halves + stray, [], .failed(1002)),
        AutobahnCase(
            "5.18", "a text before the one before it has ended", text("a", isFinal: false) + text("b"), [],
            .failed(1002)),
        AutobahnCase("5.19", "text in five with pings between", five, ofFive),
        AutobahnCase("5.20", "the same in parts", five, inPartsOf: 15, ofFive),
    ]

    // MARK: 7 Closing

    private static func close(_ number: Int, _ name: String, _ code: Int, isGood: Bool = true) -> AutobahnCase {
        AutobahnCase(
            "7.\(isGood ? 7 : 9).\(number)", name, WebSocketClient.close(code), [],
            isGood ? .closed(code) : .failed(1002))
    }

    private static let closes: [AutobahnCase] =
        [
            AutobahnCase(
                "7.1.1", "a text and a close", text("Hello World!"), [echo("Hello World!")]),
            AutobahnCase(
                "7.1.2", "two closes", WebSocketClient.close(1000) + WebSocketClient.close(1000), [], .closed(1000)),
            AutobahnCase("7.1.3", "a ping behind the close", WebSocketClient.close(1000) + ping(), [], .closed(1000)),
            AutobahnCase(
                "7.1.4", "a text behind the close", WebSocketClient.close(1000) + text("a"), [], .closed(1000)),
            AutobahnCase(
                "7.1.5", "a close between the parts of a text",
                text("fragment1", isFinal: false) + WebSocketClient.close(1000) + more("fragment2"), [], .closed(1000)),
            AutobahnCase(
                "7.1.6", "256 KiB, a text, a close, a ping",
                WebSocketClient.frame(1, [UInt8](repeating: 66, count: 256 << 10))
                    + text("Hello World!") + WebSocketClient.close(1000) + ping(), [], .closed(1000)),
            AutobahnCase("7.3.1", "a close without a code", WebSocketClient.frame(8, []), [], .closed(nil)),
            AutobahnCase("7.3.2", "a close of one byte", WebSocketClient.frame(8, [3]), [], .failed(1002)),
            AutobahnCase("7.3.3", "a close with a code", WebSocketClient.close(1000), [], .closed(1000)),
            AutobahnCase("7.3.4", "and a reason", WebSocketClient.close(1000, "Hello World!"), [], .closed(1000)),
            AutobahnCase(
                "7.3.5", "and the longest reason", WebSocketClient.close(1000, String(repeating: "*", count: 123)), [],
                .closed(1000)),
            AutobahnCase(
                "7.3.6", "and a longer one", WebSocketClient.close(1000, String(repeating: "*", count: 124)), [],
                .failed(1002)),
            AutobahnCase(
                "7.5.1", "a reason that is no UTF-8",
                WebSocketClient.frame(8, [0x03, 0xE8, 0xCE, 0xBA, 0xE1, 0xBD, 0xB9, 0xCF, 0xED, 0xA0, 0x80]), [],
                .failed(1007)),
        ]
        + [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999].enumerated().map {
            close($0 + 1, "code \($1)", $1)
        }
        + [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999].enumerated().map {
            close($0 + 1, "code \($1)", $1, isGood: false)
        }
        + [5000, 65535].enumerated().map { index, code in
            AutobahnCase("7.13.\(index + 1)", "code \(code)", WebSocketClient.close(code), [], .failed(1002))
        }
}
