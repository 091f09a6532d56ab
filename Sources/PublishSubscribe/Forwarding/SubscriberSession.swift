public import SwiftZMQ

/// A publisher's side of the conversation with one subscriber, as bytes: ZMTP 3.0 with the NULL mechanism (RFC 23), whose
/// greeting and handshake are followed by subscriptions one way and messages the other.
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

    private enum Phase { case greeting, handshake, traffic }

    /// The longest frame that is accepted: a subscription need not be long, and a stranger's must not fill the memory.
    public static let longestFrame = 1 << 16

    private static let greetingLength = 64
    private var phase = Phase.greeting
    private var received: [UInt8] = []

    /// A new connection.
    public init() {}

    /// What a publisher sends first: signature, version 3.0, the mechanism, whether it is the server, and filler.
    public static let greeting: [UInt8] =
        [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 0] + mechanism + [UInt8](repeating: 0, count: 32)

    private static let mechanism = Array("NULL".utf8) + [UInt8](repeating: 0, count: 16)

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
            events.append(.answer(ZMTPFrame.bytes(ofCommand: "READY", Self.property("Socket-Type", "XPUB"))))
            return Self.greetingLength
        }
        guard let frame = try PartialFrame(bytes) else { return nil }
        if frame.isCommand { try obey(frame.body, &events) } else { try read(frame.body, &events) }
        return frame.length
    }

    private func isWholeGreeting(_ bytes: ArraySlice<UInt8>) throws(Violation) -> Bool {
        let start = bytes.startIndex
        if let first = bytes.first, first != 0xFF { throw Violation(description: "no greeting of ZMTP") }
        if bytes.count > 10, bytes[start + 10] < 3 {
            throw Violation(description: "ZMTP \(bytes[start + 10]).x where 3.0 or later is needed")
        }
        guard bytes.count >= Self.greetingLength else { return false }
        guard bytes[(start + 12)..<(start + 32)].elementsEqual(Self.mechanism) else {
            throw Violation(description: "a security mechanism other than NULL")
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
        switch (phase, name) {
        case (.handshake, "READY"):
            guard let kind = Self.socketType(data), kind == "SUB" || kind == "XSUB" else {
                throw Violation(description: "a peer that is no subscriber")
            }
            phase = .traffic
        case (.traffic, "SUBSCRIBE"): events.append(.subscribed(Frame(data)))
        case (.traffic, "CANCEL"): events.append(.unsubscribed(Frame(data)))
        case (.traffic, "PING"):
            // Two bytes say how long the peer will wait; what follows comes back.
            events.append(.answer(ZMTPFrame.bytes(ofCommand: "PONG", Array(data.dropFirst(2)))))
        case (.handshake, _): throw Violation(description: "the command \(name) in place of a handshake")
        default: break
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
