import PublishSubscribe
import SwiftZMQ
import Testing

/// One subscriber's conversation, as bytes.
@Suite struct SubscriberSessionTests {
    private typealias Event = SubscriberSession.Event

    /// What a SUB socket of libzmq 4.3 sends to a peer of ZMTP 3.0.
    private static let greeting =
        [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 1] + Array("NULL".utf8) + [UInt8](repeating: 0, count: 48)

    private static func ready(_ kind: String) -> [UInt8] {
        let data =
            [5] + Array("READY".utf8) + [11] + Array("Socket-Type".utf8) + [0, 0, 0, UInt8(kind.utf8.count)]
            + Array(kind.utf8)
        return [4, UInt8(data.count)] + data
    }

    private static func command(_ name: String, _ data: String) -> [UInt8] {
        [4, UInt8(1 + name.utf8.count + data.utf8.count), UInt8(name.utf8.count)] + Array(name.utf8) + Array(data.utf8)
    }

    private func events(_ bytes: [UInt8], piece: Int = .max, security: CurveServer? = nil) throws -> [Event] {
        var session = SubscriberSession(security: security)
        var events: [Event] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            events += try session.receive(Frame(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
        return events
    }

    @Test(arguments: [1, 2, 3, 7, 10, 11, 64, 65, 1000])
    func `A subscriber greets, shakes hands and subscribes, in whatever pieces`(piece: Int) throws {
        let bytes =
            Self.greeting + Self.ready("SUB") + [0, 3, 1, 49, 48] + [0, 3, 0, 49, 48] + Self.command("SUBSCRIBE", "x")
            + Self.command("CANCEL", "x") + [0, 1, 1]
        let events = try events(bytes, piece: piece)
        #expect(
            events.dropFirst() == [
                .subscribed("10"), .unsubscribed("10"), .subscribed("x"), .unsubscribed("x"), .subscribed(""),
            ])
        #expect(events.first == .answer(Self.ready("XPUB")))
    }

    @Test func `A ping is answered with what it brought`() throws {
        let events = try events(Self.greeting + Self.ready("XSUB") + Self.command("PING", "\u{0}\u{0}ctx"))
        #expect(events.last == .answer(Self.command("PONG", "ctx")))
    }

    @Test func `Long frames have a long length, both ways`() throws {
        let prefix = [UInt8](repeating: 7, count: 300)
        let events = try events(Self.greeting + Self.ready("SUB") + [2, 0, 0, 0, 0, 0, 0, 1, 45, 1] + prefix)
        #expect(events.last == .subscribed(Frame(prefix)))
        let message = ZMTPFrame.bytes(of: [Frame(prefix), "short"])
        #expect(message == [3, 0, 0, 0, 0, 0, 0, 1, 44] + prefix + [0, 5] + Array("short".utf8))
    }

    @Test(
        arguments: [
            ("another protocol", Array("GET / HTTP/1.1".utf8), "no greeting"),
            ("an old peer", Array(greeting.prefix(10)) + [1], "3.0 or later"),
            (
                "another mechanism",
                Array(greeting.prefix(12)) + Array("CURVE".utf8) + [UInt8](repeating: 0, count: 47), "NULL"
            ),
            ("another publisher", greeting + ready("PUB"), "no subscriber"),
            ("no handshake", greeting + [0, 1, 1], "before the handshake"),
            ("a huge frame", greeting + ready("SUB") + [2, 0xFF, 0, 0, 0, 0, 0, 0, 0], "the most"),
            ("a command without a name", greeting + [4, 1, 5], "without a name"),
        ] as [(String, [UInt8], String)]
    )
    func `Strangers are told apart`(who: String, bytes: [UInt8], complaint: String) throws {
        let violation = try #require(throws: SubscriberSession.Violation.self) { try events(bytes) }
        #expect(violation.description.contains(complaint), "\(who): \(violation)")
    }

    @Test func `No bytes bring it down`() {
        for _ in 0..<20_000 {
            var bytes = Self.greeting + Self.ready("SUB") + [0, 3, 1, 49, 48] + Self.command("PING", "\u{0}\u{0}c")
            for _ in 0..<Int.random(in: 1...4) { bytes[Int.random(in: 0..<bytes.count)] = .random(in: 0...255) }
            _ = try? events(bytes, piece: .random(in: 1...80))
        }
    }

    // MARK: Encrypted

    private static let curveGreeting =
        [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 1] + Array("CURVE".utf8) + [UInt8](repeating: 0, count: 47)

    private static func hello(_ data: [UInt8]) -> [UInt8] {
        [4, UInt8(6 + data.count), 5] + Array("HELLO".utf8) + data
    }

    private static let nines = [UInt8](repeating: 9, count: 192)

    @Test(
        arguments: [
            ("nothing encrypted", greeting, "other than CURVE"),
            ("another handshake", curveGreeting + ready("SUB"), "READY in place of a handshake"),
            ("no handshake", curveGreeting + [0, 1, 1], "before the handshake"),
            ("another version", curveGreeting + hello([2, 0] + nines), "none of CURVE 1.0"),
            ("another key", curveGreeting + hello([1, 0] + nines), "another server's key"),
            ("too little", curveGreeting + hello([1, 0]), "none of CURVE 1.0"),
            (
                "the second step first", curveGreeting + command("INITIATE", String(repeating: "x", count: 200)),
                "does not follow a WELCOME"
            ),
        ] as [(String, [UInt8], String)]
    )
    func `Where all is encrypted, strangers are told apart`(who: String, bytes: [UInt8], complaint: String) throws {
        let security = CurveServer(keys: try .generate()) { _, _ in true }
        let violation = try #require(throws: SubscriberSession.Violation.self) {
            try events(bytes, security: security)
        }
        #expect(violation.description.contains(complaint), "\(who): \(violation)")
    }

    @Test func `No bytes bring it down where all is encrypted`() throws {
        let security = CurveServer(keys: try .generate()) { _, _ in true }
        for _ in 0..<2000 {
            var bytes =
                Self.curveGreeting + Self.hello([1, 0] + (0..<192).map { _ in UInt8.random(in: 0...255) })
                + Self.command("INITIATE", String(repeating: "x", count: 200))
            for _ in 0..<Int.random(in: 0...4) { bytes[Int.random(in: 0..<bytes.count)] = .random(in: 0...255) }
            _ = try? events(bytes, piece: .random(in: 1...80), security: security)
        }
    }
}
