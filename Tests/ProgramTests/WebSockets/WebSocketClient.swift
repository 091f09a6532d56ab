import Glibc

/// A client of a WebSocket that sends any bytes, and holds the server to the rules. It blocks.
final class WebSocketClient {
    struct NotCome: Error, CustomStringConvertible {
        let description: String
    }

    /// A frame that the server sent.
    struct Frame: Equatable, CustomStringConvertible {
        let opcode: UInt8
        let contents: [UInt8]

        var text: String { String(decoding: contents, as: UTF8.self) }
        /// The code of a close frame; nil where it has none.
        var code: Int? { contents.count >= 2 ? Int(contents[0]) << 8 | Int(contents[1]) : nil }
        var description: String { "\(opcode): \(contents.count) bytes \(text.prefix(40))" }
    }

    static let patience = Duration.seconds(60)

    let socket: RawSocket
    /// The head of the answer to the handshake.
    private(set) var head = ""
    private var pending: [UInt8] = []
    /// Where what has not been looked at begins.
    private var position = 0
    private(set) var isClosed = false

    init(port: Int, receiveBuffer: Int32? = nil) throws {
        socket = try RawSocket(port: port, receiveBuffer: receiveBuffer)
    }

    // MARK: The handshake

    static let usualFields = [
        "upgrade: websocket", "connection: Upgrade", "sec-websocket-version: 13",
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    ]

    /// Asks for a WebSocket, and waits for the head of the answer.
    ///
    /// - Parameter fields: further ones, in place of the usual of the same name.
    func shakeHands(_ path: String, _ fields: [String] = [], expecting status: Int = 101) throws {
        let replaced = Set(fields.map { String($0.prefix { $0 != ":" }) })
        let kept = Self.usualFields.filter { !replaced.contains(String($0.prefix { $0 != ":" })) }
        try send(
            Array(
                (["GET \(path) HTTP/1.1", "host: h"] + kept + fields).map { $0 + "\r\n" }.joined().utf8)
                + Array("\r\n".utf8))
        try readHead()
        guard head.hasPrefix("HTTP/1.1 \(status) ") else { throw NotCome(description: "\(status), but: \(head)") }
        guard status != 101 || head.contains("\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") else {
            throw NotCome(description: "the proof that the key was read, but: \(head)")
        }
    }

    private func readHead() throws {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let start = (0..<max(0, pending.count - 3)).first(where: { Array(pending[$0..<$0 + 4]) == end }) {
                head = String(decoding: pending[..<(start + 4)], as: UTF8.self)
                position = start + 4
                return
            }
            try readMore("the head of an answer")
        }
    }

    // MARK: Sending

    /// A frame as a client writes it.
    static func frame(
        _ opcode: UInt8, _ contents: [UInt8], isFinal: Bool = true, reserved: UInt8 = 0,
        mask: [UInt8] = [0x5A, 0xC3, 0x0F, 0x99]
    ) -> [UInt8] {
        var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
        bytes.reserveCapacity(contents.count + 14)
        switch contents.count {
        case ...125: bytes.append(0x80 | UInt8(contents.count))
        case ...65535: bytes += [0xFE, UInt8(contents.count >> 8), UInt8(contents.count & 0xFF)]
        default: bytes += [0xFF] + (0..<8).map { UInt8(truncatingIfNeeded: contents.count >> (56 - 8 * $0)) }
        }
        bytes += mask
        for (index, byte) in contents.enumerated() { bytes.append(byte ^ mask[index & 3]) }
        return bytes
    }

    static func close(_ code: Int, _ reason: String = "") -> [UInt8] {
        frame(8, [UInt8(code >> 8 & 0xFF), UInt8(code & 0xFF)] + Array(reason.utf8))
    }

    func send(text: String) throws { try send(Self.frame(1, Array(text.utf8))) }

    /// Sends bytes, in parts of a size if one is given; meanwhile it reads, so that neither side waits for the other.
    func send(_ bytes: [UInt8], inPartsOf size: Int? = nil) throws {
        var left = bytes[...]
        let deadline = ContinuousClock.now + Self.patience
        while !left.isEmpty, !isClosed {
            guard let count = socket.write(left.prefix(size ?? left.count)) else { return }
            left.removeFirst(count)
            guard !left.isEmpty, count == 0 else { continue }
            switch socket.wait(until: deadline, writing: true) {
            case .writable: continue
            case .readable: read()
            case .late: throw NotCome(description: "room to send \(left.count) bytes did not come")
            }
        }
    }

    // MARK: Receiving

    private func read() {
        switch socket.read() {
        case .nothingYet: break
        case .end: isClosed = true
        case .bytes(let bytes): pending += bytes
        }
    }

    private func readMore(_ what: String) throws {
        guard !isClosed else { throw NotCome(description: "\(what) did not come, but the end") }
        let deadline = ContinuousClock.now + Self.patience
        guard socket.wait(until: deadline, writing: false) == .readable else {
            throw NotCome(description: "\(what) did not come in time")
        }
        read()
    }

    /// The next frame; throws where the connection ends without one.
    func next() throws -> Frame {
        while true {
            if let frame = try takeFrame() { return frame }
            try readMore("a frame")
        }
    }

    private func takeFrame() throws -> Frame? {
        guard pending.count - position >= 2 else { return nil }
        let (first, second) = (pending[position], pending[position + 1])
        guard first & 0xF0 == 0x80, second & 0x80 == 0, [1, 2, 8, 9, 10].contains(first & 0x0F) else {
            throw NotCome(description: "the server sent a frame that begins with \(first) \(second)")
        }
        var start = position + 2
        var length = Int(second)
        if length > 125 {
            let size = length == 126 ? 2 : 8
            guard pending.count >= start + size else { return nil }
            length = pending[start..<start + size].reduce(0) { $0 << 8 | Int($1) }
            start += size
        }
        guard pending.count >= start + length else { return nil }
        let frame = Frame(opcode: first & 0x0F, contents: Array(pending[start..<start + length]))
        position = start + length
        if position > 1 << 20 {
            pending.removeFirst(position)
            position = 0
        }
        return frame
    }

    /// All frames until the connection ends.
    func rest() throws -> [Frame] {
        var frames: [Frame] = []
        let deadline = ContinuousClock.now + Self.patience
        while true {
            if let frame = try takeFrame() {
                frames.append(frame)
                continue
            }
            if isClosed { return frames }
            guard socket.wait(until: deadline, writing: false) == .readable else {
                throw NotCome(description: "the end of the connection did not come in time")
            }
            read()
        }
    }
}
