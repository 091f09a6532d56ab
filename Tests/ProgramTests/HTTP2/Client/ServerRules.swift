/// What a server must keep to in whatever it sends (RFC 9113), as far as that can be seen by looking at it.
struct ServerRules {
    private var isFirst = true
    private var over: Set<UInt32> = []
    private var reset: Set<UInt32> = []
    private var lowestGoAway = UInt32.max

    private static let lengths: [UInt8: Int] = [
        RawFrame.Kind.priority: 5, RawFrame.Kind.reset: 4, RawFrame.Kind.ping: 8, RawFrame.Kind.windowUpdate: 4,
    ]

    private func broken(_ rule: String) -> HTTP2Client.BrokenRule { HTTP2Client.BrokenRule(description: rule) }

    mutating func check(_ frame: RawFrame, within openBlock: UInt32?) throws {
        if isFirst {
            guard frame.kind == RawFrame.Kind.settings, frame.flags == 0 else {
                throw broken("the first frame is no SETTINGS")
            }
            isFirst = false
        }
        guard frame.payload.count <= 16_384 else { throw broken("a frame is too long") }
        if let openBlock {
            guard frame.kind == RawFrame.Kind.continuation, frame.stream == openBlock else {
                throw broken("a header block is interrupted")
            }
        } else if frame.kind == RawFrame.Kind.continuation {
            throw broken("CONTINUATION continues nothing")
        }
        if let length = Self.lengths[frame.kind], frame.payload.count != length {
            throw broken("\(frame) has a wrong length")
        }
        switch frame.kind {
        case RawFrame.Kind.data, RawFrame.Kind.headers, RawFrame.Kind.continuation, RawFrame.Kind.reset:
            try checkStream(frame)
        case RawFrame.Kind.settings, RawFrame.Kind.ping, RawFrame.Kind.goAway:
            guard frame.stream == 0 else { throw broken("\(frame) is of the connection") }
            if frame.kind == RawFrame.Kind.goAway { try checkGoAway(frame) }
        case RawFrame.Kind.windowUpdate:
            guard UInt32(octets: frame.payload) > 0 else { throw broken("WINDOW_UPDATE gives nothing") }
        case RawFrame.Kind.pushPromise: throw broken("nothing may be pushed")
        default: break
        }
    }

    private mutating func checkStream(_ frame: RawFrame) throws {
        guard frame.stream % 2 == 1 else { throw broken("\(frame) is on no stream of the client's") }
        guard !reset.contains(frame.stream) || frame.kind == RawFrame.Kind.reset else {
            throw broken("\(frame) comes after RST_STREAM")
        }
        if frame.kind == RawFrame.Kind.reset {
            reset.insert(frame.stream)
            return
        }
        guard !over.contains(frame.stream) || frame.kind == RawFrame.Kind.continuation else {
            throw broken("\(frame) comes after END_STREAM")
        }
        if frame.has(RawFrame.Flag.endStream), frame.kind != RawFrame.Kind.continuation { over.insert(frame.stream) }
    }

    private mutating func checkGoAway(_ frame: RawFrame) throws {
        guard frame.payload.count >= 8 else { throw broken("GOAWAY is too short") }
        let last = UInt32(octets: frame.payload)
        guard last <= lowestGoAway else { throw broken("GOAWAY takes back what it said before") }
        lowestGoAway = last
    }

    private static let connectionFields: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te",
    ]

    /// Checks a header block that came after others of its stream.
    func check(_ fields: [(name: String, value: String)], after received: ReceivedStream, isEnd: Bool) throws {
        let isTrailer = received.status != nil
        if isTrailer {
            guard isEnd else { throw broken("trailers without END_STREAM") }
        } else {
            guard let first = fields.first, first.name == ":status", first.value.count == 3, Int(first.value) != nil
            else { throw broken("the head does not begin with :status: \(fields)") }
            guard first.value.first != "1" || (!isEnd && first.value != "101") else {
                throw broken("\(first.value) with END_STREAM, or 101")
            }
        }
        for (name, value) in isTrailer ? fields[...] : fields.dropFirst() {
            guard !name.isEmpty, !name.hasPrefix(":"), name.lowercased() == name else {
                throw broken("“\(name)” is no name of a field")
            }
            guard !Self.connectionFields.contains(name) else { throw broken("\(name) is of a connection") }
            guard !value.unicodeScalars.contains(where: { "\r\n\0".unicodeScalars.contains($0) }),
                value.first != " ", value.last != " "
            else { throw broken("\(name) has a value that must not be sent") }
        }
        guard fields.filter({ $0.name == "content-length" }).count <= 1 else { throw broken("two lengths") }
    }

    /// Checks an answer that has come whole.
    func checkEnd(of stream: ReceivedStream, _ number: UInt32) throws {
        guard let status = stream.status else { throw broken("stream \(number) ended without a head") }
        let hasNoContent = stream.isHead || status == 204 || status == 304
        guard !hasNoContent || stream.body.isEmpty else { throw broken("an answer that may have no content has some") }
        if !hasNoContent, let length = stream["content-length"].first, Int(length) != stream.body.count {
            throw broken("content-length is \(length), and \(stream.body.count) bytes came on stream \(number)")
        }
    }
}
