public import SwiftZMQ

/// A publisher's side of the conversation with one subscriber, as bytes: ZMTP 3.0 (RFC 23), whose greeting and handshake are
/// followed by subscriptions one way and messages the other. Its mechanism is NULL, or CURVE where all is encrypted.
public struct SubscriberSession: Sendable {
    /// What a subscriber has said.
    public enum Event: Hashable, Sendable {
        /// It wants what begins with a prefix.
        case subscribed(Frame)
        /// It wants it no more.
        case unsubscribed(Frame)
        /// It is to be sent these bytes.
        case answer([UInt8])
    }

    /// The peer is no subscriber, or speaks in another way; its connection is of no use.
    public struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
        /// What was not as it should be.
        public let description: String
    }

    private enum Phase { case greeting, handshake, traffic, refused }

    /// The longest frame that is accepted: a subscription need not be long, and a stranger's must not fill the memory.
    public static let longestFrame = 1 << 16

    private static let greetingLength = 64
    private static let ownType = property("Socket-Type", "XPUB")

    private let security: CurveServer?
    private let address: String
    /// Nil where nothing is encrypted.
    private var curve: CurveConversation?
    private var phase = Phase.greeting
    private var received: [UInt8] = []

    /// A new connection.
    ///
    /// - Parameters:
    ///   - security: one's own keys, and who is let in; nil, the default, for nothing encrypted and everybody let in.
    ///   - address: where the subscriber is.
    public init(security: CurveServer? = nil, address: String = "") {
        self.security = security
        self.address = address
        curve = security.map { CurveConversation($0.keys) }
    }

    /// Whether the handshake is over and the subscriber was let in.
    var isEstablished: Bool { phase == .traffic }

    /// What a publisher sends first: signature, version 3.0, the mechanism, whether it is the server, and filler.
    public var greeting: [UInt8] {
        [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 0] + mechanism + [curve == nil ? 0 : 1]
            + [UInt8](repeating: 0, count: 31)
    }

    private var mechanismName: String { curve == nil ? "NULL" : "CURVE" }

    private var mechanism: [UInt8] {
        Array(mechanismName.utf8) + [UInt8](repeating: 0, count: 20 - mechanismName.utf8.count)
    }

    /// The bytes of a message to the subscriber, which are this connection's own where it is encrypted.
    public mutating func bytes(of message: Message) -> [UInt8] {
        guard curve != nil else { return ZMTPFrame.bytes(of: message) }
        var bytes: [UInt8] = []
        for (index, frame) in message.enumerated() {
            append([UInt8](frame), flags: index < message.count - 1 ? CurveConversation.more : 0, to: &bytes)
        }
        return bytes
    }

    /// Adds an encrypted frame.
    private mutating func append(_ body: [UInt8], flags: UInt8, to bytes: inout [UInt8]) {
        guard let sealed = curve?.seal(body, flags: flags) else { return }
        ZMTPFrame.append(sealed, flags: 0, to: &bytes)
    }

    /// Reads what came, in whatever pieces it came.
    public mutating func receive(_ bytes: Frame) throws(Violation) -> [Event] {
        received += [UInt8](bytes)
        var events: [Event] = []
        var position = 0
        while let consumed = try step(received[position...], &events) { position += consumed }
        received.removeSubrange(..<position)
        return events
    }

    /// Reads one thing; how many bytes it took, nil when it is not whole yet.
    private mutating func step(_ bytes: ArraySlice<UInt8>, _ events: inout [Event]) throws(Violation) -> Int? {
        if phase == .greeting {
            guard try isWholeGreeting(bytes) else { return nil }
            phase = .handshake
            // With CURVE the client speaks first.
            if curve == nil { events.append(.answer(ZMTPFrame.bytes(ofCommand: "READY", Self.ownType))) }
            return Self.greetingLength
        }
        guard let frame = try PartialFrame(bytes) else { return nil }
        guard phase == .traffic, let opened = try curve?.open(frame.body) else {
            try take(frame.isCommand, frame.body, &events)
            return frame.length
        }
        try take(opened.flags & CurveConversation.command != 0, opened.body, &events)
        return frame.length
    }

    private mutating func take(
        _ isCommand: Bool, _ body: ArraySlice<UInt8>, _ events: inout [Event]
    ) throws(Violation) {
        if isCommand { try obey(body, &events) } else { try read(body, &events) }
    }

    private func isWholeGreeting(_ bytes: ArraySlice<UInt8>) throws(Violation) -> Bool {
        let start = bytes.startIndex
        if let first = bytes.first, first != 0xFF { throw Violation(description: "no greeting of ZMTP") }
        if bytes.count > 10, bytes[start + 10] < 3 {
            throw Violation(description: "ZMTP \(bytes[start + 10]).x where 3.0 or later is needed")
        }
        guard bytes.count >= Self.greetingLength else { return false }
        guard bytes[(start + 12)..<(start + 32)].elementsEqual(mechanism) else {
            throw Violation(description: "a security mechanism other than \(mechanismName)")
        }
        return true
    }

    /// A message from a subscriber: the byte 1 or 0 and a prefix. Anything else is nobody's.
    private func read(_ body: ArraySlice<UInt8>, _ events: inout [Event]) throws(Violation) {
        guard phase == .traffic else { throw Violation(description: "a message before the handshake") }
        switch body.first {
        case 1: events.append(.subscribed(Frame(body.dropFirst())))
        case 0: events.append(.unsubscribed(Frame(body.dropFirst())))
        default: break
        }
    }

    private mutating func obey(_ body: ArraySlice<UInt8>, _ events: inout [Event]) throws(Violation) {
        guard let length = body.first, body.count > Int(length) else {
            throw Violation(description: "a command without a name")
        }
        let name = String(decoding: body.dropFirst().prefix(Int(length)), as: UTF8.self)
        let data = body.dropFirst(1 + Int(length))
        switch phase {
        case .handshake: try shakeHands(name, data, &events)
        case .traffic: heed(name, data, &events)
        case .greeting, .refused: throw Violation(description: "a command of a peer that was turned away")
        }
    }

    private mutating func shakeHands(
        _ name: String, _ data: ArraySlice<UInt8>, _ events: inout [Event]
    ) throws(Violation) {
        switch (name, curve) {
        case ("READY", nil):
            try Self.checkType(in: data)
            phase = .traffic
        case ("HELLO", var curve?):
            let welcome = try curve.receive(hello: data)
            self.curve = curve
            events.append(.answer(ZMTPFrame.bytes(ofCommand: "WELCOME", welcome)))
        case ("INITIATE", var curve?):
            let (client, properties) = try curve.receive(initiate: data)
            try Self.checkType(in: properties[...])
            guard security?.admits(client, address) == true else {
                phase = .refused
                // The status 400 of RFC 27: nothing is changed by trying again. The peer closes the connection then.
                return events.append(.answer(ZMTPFrame.bytes(ofCommand: "ERROR", [3] + Array("400".utf8))))
            }
            events.append(.answer(ZMTPFrame.bytes(ofCommand: "READY", curve.ready(Self.ownType))))
            self.curve = curve
            phase = .traffic
        default: throw Violation(description: "the command \(name) in place of a handshake")
        }
    }

    private mutating func heed(_ name: String, _ data: ArraySlice<UInt8>, _ events: inout [Event]) {
        switch name {
        case "SUBSCRIBE": events.append(.subscribed(Frame(data)))
        case "CANCEL": events.append(.unsubscribed(Frame(data)))
        // Two bytes say how long the peer will wait; what follows comes back.
        case "PING": events.append(.answer(bytes(ofCommand: "PONG", Array(data.dropFirst(2)))))
        default: break
        }
    }

    /// The bytes of a command to a subscriber whose handshake is over.
    private mutating func bytes(ofCommand name: String, _ data: [UInt8]) -> [UInt8] {
        guard curve != nil else { return ZMTPFrame.bytes(ofCommand: name, data) }
        var bytes: [UInt8] = []
        append(ZMTPFrame.body(ofCommand: name, data), flags: CurveConversation.command, to: &bytes)
        return bytes
    }

    /// Refuses a peer that says of itself, among its properties, that it is no subscriber.
    private static func checkType(in properties: ArraySlice<UInt8>) throws(Violation) {
        guard let kind = socketType(properties), kind == "SUB" || kind == "XSUB" else {
            throw Violation(description: "a peer that is no subscriber")
        }
    }

    private static func property(_ name: String, _ value: String) -> [UInt8] {
        [UInt8(name.utf8.count)] + Array(name.utf8) + [0, 0, 0, UInt8(value.utf8.count)] + Array(value.utf8)
    }

    /// The value of the property `Socket-Type`, whose name is compared without regard to case.
    private static func socketType(_ data: ArraySlice<UInt8>) -> String? {
        var rest = data
        while let nameLength = rest.first, rest.count >= 5 + Int(nameLength) {
            let name = String(decoding: rest.dropFirst().prefix(Int(nameLength)), as: UTF8.self)
            rest = rest.dropFirst(1 + Int(nameLength))
            let valueLength = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard rest.count >= valueLength else { return nil }
            if name.lowercased() == "socket-type" { return String(decoding: rest.prefix(valueLength), as: UTF8.self) }
            rest = rest.dropFirst(valueLength)
        }
        return nil
    }
}

extension SubscriberSession {
    /// A frame at the beginning of some bytes.
    private struct PartialFrame {
        let isCommand: Bool
        let body: ArraySlice<UInt8>
        /// The bytes it takes, its head included.
        let length: Int

        /// Nil when it is not whole yet.
        init?(_ bytes: ArraySlice<UInt8>) throws(Violation) {
            guard let flags = bytes.first else { return nil }
            let lengthBytes = flags & ZMTPFrame.long != 0 ? 8 : 1
            let head = bytes.dropFirst().prefix(lengthBytes)
            guard head.count == lengthBytes else { return nil }
            let size = head.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard size <= UInt64(SubscriberSession.longestFrame) else {
                throw Violation(
                    description: "a frame of \(size) bytes where \(SubscriberSession.longestFrame) are the most")
            }
            length = 1 + lengthBytes + Int(size)
            guard bytes.count >= length else { return nil }
            isCommand = flags & ZMTPFrame.command != 0
            body = bytes.dropFirst(1 + lengthBytes).prefix(Int(size))
        }
    }
}
