/// A frame of HTTP/2 (RFC 9113, section 4.1), right or wrong.
struct RawFrame: Sendable, Equatable {
    /// The number of a frame's type.
    enum Kind {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let priority: UInt8 = 2
        static let reset: UInt8 = 3
        static let settings: UInt8 = 4
        static let pushPromise: UInt8 = 5
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
        static let windowUpdate: UInt8 = 8
        static let continuation: UInt8 = 9
        static let alternativeService: UInt8 = 10
        static let origin: UInt8 = 12
        static let priorityUpdate: UInt8 = 16
    }

    /// What a flag means depends on the type.
    enum Flag {
        static let acknowledgment: UInt8 = 0x1
        static let endStream: UInt8 = 0x1
        static let endHeaders: UInt8 = 0x4
        static let padded: UInt8 = 0x8
        static let priority: UInt8 = 0x20
    }

    var kind: UInt8
    var flags: UInt8 = 0
    /// All 32 bits, the reserved one included.
    var stream: UInt32
    var payload: [UInt8] = []
    /// The length that the head of the frame says, where it is to be another than that of the payload.
    var claimedLength: Int?

    func has(_ flag: UInt8) -> Bool { flags & flag != 0 }

    /// The frame as it travels.
    var bytes: [UInt8] {
        let length = claimedLength ?? payload.count
        return [UInt8(truncatingIfNeeded: length >> 16), UInt8(truncatingIfNeeded: length >> 8)]
            + [UInt8(truncatingIfNeeded: length), kind, flags] + stream.octets + payload
    }

    /// Takes the first frame off bytes, if the whole of it is there.
    static func take(from bytes: inout ArraySlice<UInt8>) -> RawFrame? {
        guard bytes.count >= 9 else { return nil }
        let head = Array(bytes.prefix(9))
        let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
        guard bytes.count >= 9 + length else { return nil }
        bytes.removeFirst(9)
        let frame = RawFrame(
            kind: head[3], flags: head[4], stream: UInt32(octets: head[5...]), payload: Array(bytes.prefix(length)))
        bytes.removeFirst(length)
        return frame
    }
}

extension RawFrame: CustomStringConvertible {
    private static let names = [
        "DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING", "GOAWAY", "WINDOW_UPDATE",
        "CONTINUATION",
    ]

    var description: String {
        let name = kind < Self.names.count ? Self.names[Int(kind)] : "type \(kind)"
        let start = payload.prefix(24).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "\(name)(stream \(stream), flags \(flags), \(payload.count) bytes\(start.isEmpty ? "" : ": ")\(start))"
    }
}

extension UInt32 {
    /// The four octets, the highest first.
    var octets: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: self >> (24 - 8 * $0)) } }

    /// The number that the first four octets say.
    init(octets: some Collection<UInt8>) {
        self = octets.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}
