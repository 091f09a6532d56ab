import NIOCore
import NIOHPACK

/// A client of HTTP/2 on plain TCP that sends any frames, in any order, and holds the server to the rules.
///
/// It is used by one thread, and blocks that thread until what is waited for has come, or a minute has passed.
final class HTTP2Client {
    /// What was waited for did not come.
    struct NotCome: Error, CustomStringConvertible {
        let description: String
    }

    /// The server sent what it must not send.
    struct BrokenRule: Error, CustomStringConvertible {
        let description: String
    }

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    static let patience = Duration.seconds(60)

    let port: Int
    let socket: RawSocket
    /// Gives room for as much as has come, as long as a test does not do that itself.
    var givesRoom = true
    /// How many bytes may come before room for them is given again.
    var roomEvery = 32768
    /// A header block is left open, so that nothing more can be asked on this connection.
    var isLeft = false

    private(set) var streams: [UInt32: ReceivedStream] = [:]
    /// What the server's SETTINGS say.
    private(set) var serverSettings: [UInt16: UInt32] = [:]
    private(set) var settingsCount = 0
    private(set) var acknowledgmentCount = 0
    private(set) var pongs: [[UInt8]] = []
    private(set) var goAways: [(last: UInt32, code: HTTP2Code)] = []
    /// How many streams had a head when the first GOAWAY came.
    private(set) var headsBeforeGoAway: Int?
    private(set) var isClosed = false
    /// Everything before the first frame, where the server speaks another protocol.
    private(set) var plainText: [UInt8] = []
    private(set) var connectionRoom = 65_535

    var room: ReceivingRoom
    var rules = ServerRules()
    private var decoder: HPACKDecoder
    private var isSendBroken = false
    private var isPlainText: Bool
    private var pending: ArraySlice<UInt8> = []
    private var headerBlock: (stream: UInt32, flags: UInt8, bytes: [UInt8])?
    private var streamRoom: [UInt32: Int] = [:]
    private var recent: [(what: String, frame: RawFrame?)] = []

    /// Connects, and shakes hands unless a test does that itself.
    init(
        port: Int, settings: [RawFrame.Setting] = [], shakesHands: Bool = true, expectsPlainText: Bool = false,
        receiveBuffer: Int32? = nil
    ) throws {
        self.port = port
        socket = try RawSocket(port: port, receiveBuffer: receiveBuffer)
        room = ReceivingRoom(settings)
        isPlainText = expectsPlainText
        let tableSize = settings.last { $0.identifier == 1 }.map { Int($0.value) } ?? 4096
        decoder = HPACKDecoder(
            allocator: ByteBufferAllocator(), maxDynamicTableSize: min(tableSize, 1 << 20), maxHeaderListSize: 1 << 20)
        guard shakesHands else { return }
        try shakeHands(settings)
    }

    /// Sends the preface, and waits until both sides know the other's settings.
    func shakeHands(_ settings: [RawFrame.Setting] = []) throws {
        try send(raw: Self.preface + RawFrame.settings(settings).bytes)
        try wait(for: "SETTINGS and the acknowledgment of ours") {
            self.settingsCount > 0 && self.acknowledgmentCount > 0
        }
    }

    // MARK: - Sending

    func send(_ frames: RawFrame...) throws { try send(frames) }

    /// Sends frames in one go.
    func send(_ frames: [RawFrame]) throws {
        var bytes: [UInt8] = []
        for frame in frames {
            note("sent", frame)
            account(for: frame)
            bytes += frame.bytes
        }
        try send(raw: bytes)
    }

    /// Sends bytes. Meanwhile it reads, so that neither side waits for the other; that the server has closed the
    /// connection is no error here: what it said before comes out when something is waited for.
    func send(raw bytes: [UInt8]) throws {
        var left = bytes[...]
        let deadline = ContinuousClock.now + Self.patience
        while !left.isEmpty, !isSendBroken, !isClosed {
            guard let count = socket.write(left) else {
                isSendBroken = true
                return
            }
            left.removeFirst(count)
            guard !left.isEmpty else { return }
            switch socket.wait(until: deadline, writing: true) {
            case .writable: continue
            case .readable: try read()
            case .late: throw notCome("room to send \(left.count) bytes")
            }
        }
    }

    private func account(for frame: RawFrame) {
        switch frame.kind {
        case RawFrame.Kind.windowUpdate where frame.payload.count == 4:
            room.give(Int(UInt32(octets: frame.payload)), on: frame.stream)
        case RawFrame.Kind.settings where !frame.has(RawFrame.Flag.acknowledgment):
            room.announce(frame)
        case RawFrame.Kind.data:
            connectionRoom -= frame.payload.count
            streamRoom[frame.stream, default: initialStreamRoom] -= frame.payload.count
        default: break
        }
    }

    /// Notes that an answer to HEAD is to come.
    func expectHead(on stream: UInt32) {
        streams[stream, default: ReceivedStream()].isHead = true
    }

    private var initialStreamRoom: Int { Int(serverSettings[4] ?? 65_535) }

    /// The room that the server has left for a stream.
    func room(of stream: UInt32) -> Int { streamRoom[stream] ?? initialStreamRoom }

    // MARK: - Waiting

    /// Waits until something holds, or throws with what has come instead.
    func wait(for what: @autoclosure () -> String, within patience: Duration = patience, until holds: () throws -> Bool)
        throws
    {
        let deadline = ContinuousClock.now + patience
        while try !holds() {
            guard !isClosed else { throw notCome("\(what()); the connection is closed") }
            guard socket.wait(until: deadline, writing: false) == .readable else { throw notCome(what()) }
            try read()
        }
    }

    func notCome(_ what: String) -> NotCome {
        let answers = streams.sorted { $0.key < $1.key }.suffix(4).map { "stream \($0.key): \($0.value)" }
        let rest = plainText + pending
        return NotCome(
            description: "\(what) did not come, but:\n\((answers + recently).joined(separator: "\n"))"
                + (rest.isEmpty ? "" : "\nnot taken yet: “\(String(decoding: rest.prefix(400), as: UTF8.self))”"))
    }

    private func note(_ what: String, _ frame: RawFrame? = nil) {
        recent.append((what, frame))
        if recent.count > 200 { recent.removeFirst(100) }
    }

    /// What was sent and has come of late, a line each.
    private var recently: [String] {
        recent.suffix(24).map { what, frame in frame.map { "\(what) \($0)" } ?? what }
    }

    // MARK: - Receiving

    /// Reads what is there now.
    func read() throws {
        switch socket.read() {
        case .nothingYet: return
        case .end:
            isClosed = true
            note("the connection ended")
        case .bytes(let bytes):
            guard !isPlainText else {
                plainText += bytes
                return
            }
            pending += bytes
            while let frame = RawFrame.take(from: &pending) { try receive(frame) }
        }
    }

    private func receive(_ frame: RawFrame) throws {
        note("got", frame)
        do {
            try rules.check(frame, within: headerBlock?.stream)
            try handle(frame)
        } catch let broken as BrokenRule {
            throw BrokenRule(description: "\(broken)\n\(recently.joined(separator: "\n"))")
        }
    }

    private func handle(_ frame: RawFrame) throws {
        switch frame.kind {
        case RawFrame.Kind.data: try receiveData(frame)
        case RawFrame.Kind.headers:
            let offset = frame.has(RawFrame.Flag.padded) ? 1 : 0
            let skipped = offset + (frame.has(RawFrame.Flag.priority) ? 5 : 0)
            let padding = offset == 1 ? Int(frame.payload[0]) : 0
            try receiveBlock(
                frame.stream, flags: frame.flags, frame.payload.dropFirst(skipped).dropLast(padding))
        case RawFrame.Kind.continuation:
            try receiveBlock(frame.stream, flags: frame.flags, frame.payload[...])
        case RawFrame.Kind.reset:
            streams[frame.stream, default: ReceivedStream()].reset = HTTP2Code(value: UInt32(octets: frame.payload))
        case RawFrame.Kind.settings: try receiveSettings(frame)
        case RawFrame.Kind.ping:
            if frame.has(RawFrame.Flag.acknowledgment) {
                pongs.append(frame.payload)
            } else {
                try send(RawFrame(kind: frame.kind, flags: 1, stream: 0, payload: frame.payload))
            }
        case RawFrame.Kind.goAway:
            headsBeforeGoAway = headsBeforeGoAway ?? streams.values.count { $0.status != nil }
            goAways.append(
                (UInt32(octets: frame.payload), HTTP2Code(value: UInt32(octets: frame.payload.dropFirst(4)))))
        case RawFrame.Kind.windowUpdate:
            let increment = Int(UInt32(octets: frame.payload))
            if frame.stream == 0 {
                connectionRoom += increment
            } else {
                streamRoom[frame.stream, default: initialStreamRoom] += increment
            }
        default: break
        }
    }

    private func receiveSettings(_ frame: RawFrame) throws {
        guard !frame.has(RawFrame.Flag.acknowledgment) else {
            acknowledgmentCount += 1
            room.acknowledge()
            return
        }
        settingsCount += 1
        let before = initialStreamRoom
        var octets = frame.payload[...]
        while octets.count >= 6 {
            let identifier = UInt16(octets.removeFirst()) << 8 | UInt16(octets.removeFirst())
            serverSettings[identifier] = UInt32(octets: octets)
            octets.removeFirst(4)
        }
        for (stream, room) in streamRoom { streamRoom[stream] = room + initialStreamRoom - before }
        try send(.settingsAcknowledgment)
    }

    private func receiveData(_ frame: RawFrame) throws {
        let isPadded = frame.has(RawFrame.Flag.padded)
        let bytes = isPadded ? frame.payload.dropFirst().dropLast(Int(frame.payload[0])) : frame.payload[...]
        try room.take(frame.payload.count, on: frame.stream)
        var stream = streams[frame.stream, default: ReceivedStream()]
        stream.body += bytes
        stream.pieces.append(bytes.count)
        stream.hasEnded = frame.has(RawFrame.Flag.endStream)
        streams[frame.stream] = stream
        if stream.hasEnded { try rules.checkEnd(of: stream, frame.stream) }
        guard givesRoom else { return }
        let updates = room.due(every: roomEvery, on: frame.stream, streamIsOver: stream.hasEnded)
        if !updates.isEmpty { try send(updates) }
    }

    private func receiveBlock(_ stream: UInt32, flags: UInt8, _ bytes: ArraySlice<UInt8>) throws {
        var block = headerBlock ?? (stream, flags, [])
        block.bytes += bytes
        headerBlock = block
        guard flags & RawFrame.Flag.endHeaders != 0 else { return }
        headerBlock = nil
        var buffer = ByteBuffer(bytes: block.bytes)
        let fields: [(name: String, value: String)]
        do {
            fields = try decoder.decodeHeaders(from: &buffer).map { ($0.name, $0.value) }
        } catch {
            throw BrokenRule(description: "the header block cannot be decoded: \(error)")
        }
        var received = streams[stream, default: ReceivedStream()]
        let isEnd = block.flags & RawFrame.Flag.endStream != 0
        try rules.check(fields, after: received, isEnd: isEnd)
        if received.status == nil, let status = fields.first.flatMap({ Int($0.value) }) {
            if status < 200 {
                received.interim.append(status)
            } else {
                received.status = status
                received.fields = Array(fields.dropFirst())
            }
        }
        received.hasEnded = isEnd
        streams[stream] = received
        if isEnd { try rules.checkEnd(of: received, stream) }
    }
}
