import ProcessSupport

/// A client that does what it likes on streams of every kind, in any order: resets, windows of all sizes, settings that
/// change, requests that are malformed now and then. It never does what would end the connection. What it does depends on its seed, and on when the server's frames come.
final class RandomClient {
    /// What is known of a request that was sent.
    private struct Asked {
        let stream: UInt32
        /// The body that must come; nil where there is none.
        let expected: [UInt8]
        var upload: [UInt8]
        var isUploading: Bool
        var isReset = false
        /// The server must refuse it.
        var isMalformed = false
    }

    private static let windows: [UInt32] = [0, 1, 100, 5000, 65_535, 1 << 20]

    let client: HTTP2Client
    private var random: SplitMix
    private var asked: [Asked] = []
    private var next: UInt32 = 1
    private var resets = 0

    init(port: Int, seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let table = [UInt32]([0, 64, 4096]).randomElement(using: &random) ?? 0
        client = try HTTP2Client(
            port: port,
            settings: [
                .headerTableSize(table), .initialWindowSize(Self.windows.randomElement(using: &random) ?? 0),
            ])
        client.givesRoom = false
        self.random = random
    }

    /// Does some things, and then lets everything end that has begun.
    func run(steps: Int) throws {
        for _ in 0..<steps { try step() }
        try client.send(.settings(.initialWindowSize(0x00FF_FFFF)), .windowUpdate(0, 0x0FFF_FFFF))
        client.givesRoom = true
        for index in asked.indices where !asked[index].isReset {
            while asked[index].isUploading { try upload(index, all: true) }
        }
        for request in asked where request.isMalformed && !request.isReset {
            try Step.reset(request.stream, .protocolError).run(client)
        }
        for request in asked where !request.isReset && !request.isMalformed {
            try Step.answer(request.stream) {
                $0.body == request.expected ? nil : "another body of \($0.body.count) bytes"
            }.run(client)
        }
        try Step.pong().run(client)
    }

    private func step() throws {
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<6: try ask()
        case 6..<11:
            let uploads = asked.indices.filter { asked[$0].isUploading && !asked[$0].isReset }
            if let index = uploads.randomElement(using: &random) { try upload(index, all: false) }
        case 11: try reset()
        case 12: try client.send(.settings(.initialWindowSize(Self.windows.randomElement(using: &random) ?? 0)))
        case 13, 14: try client.send(.windowUpdate(0, UInt32.random(in: 1...30_000, using: &random)))
        case 15, 16:
            if let request = asked.suffix(20).randomElement(using: &random) {
                try client.send(.windowUpdate(request.stream, UInt32.random(in: 1...9000, using: &random)))
            }
        case 17: try client.send(.ping(next), .priority(next + 2))
        default: try client.read()
        }
    }

    private var openCount: Int {
        asked.count { request in
            !request.isReset && (request.isUploading || client.streams[request.stream]?.isOver != true)
        }
    }

    private func ask() throws {
        guard openCount < 90, asked.count < 300 else { return }
        let size = Int.random(in: 0...20_000, using: &random)
        var request = Asked(
            stream: next, expected: [UInt8](repeating: 0x78, count: size), upload: [], isUploading: false)
        let block: HeaderBlock
        switch Int.random(in: 0..<8, using: &random) {
        case 0: block = .request("GET", "/probe/bytes/\(size)")
        case 1: block = .request("GET", "/probe/stream/\(size)")
        case 2:
            client.expectHead(on: next)
            request = Asked(stream: next, expected: [], upload: [], isUploading: false)
            block = .request("HEAD", "/probe/bytes/\(size)")
        case 3 where resets < 60:
            resets += 1
            request = Asked(stream: next, expected: [], upload: [], isUploading: false, isMalformed: true)
            let faults = [
                ("X-Upper", "a"), ("connection", "close"), (":path", "/"), ("x-test", " a"), ("host", "evil"),
            ]
            block = .request("GET", "/probe/bytes/1", fields: [faults.randomElement(using: &random) ?? ("", "")])
        default:
            let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ Int(next)) }
            request = Asked(stream: next, expected: body, upload: body, isUploading: true)
            let announced = Bool.random(using: &random) ? [("content-length", "\(size)")] : []
            block = .request("POST", "/probe/echo", fields: announced)
        }
        asked.append(request)
        try client.send(frames(of: block, end: !request.isUploading))
        next += 2 * UInt32.random(in: 1...3, using: &random)
    }

    /// A header block in one frame or several, padded or not, with a priority or without.
    private func frames(of block: HeaderBlock, end: Bool) -> [RawFrame] {
        let padding = Bool.random(using: &random) ? nil : Int.random(in: 0...255, using: &random)
        let dependency = Bool.random(using: &random) ? nil : RawFrame.Dependency(stream: next + 4, weight: 9)
        let cut = Int.random(in: 0...block.bytes.count, using: &random)
        let isCut = Bool.random(using: &random)
        let first = RawFrame.headers(
            next, isCut ? Array(block.bytes[..<cut]) : block.bytes, end: end, complete: !isCut, padding: padding,
            dependency: dependency)
        return isCut ? [first, .continuation(next, Array(block.bytes[cut...]))] : [first]
    }

    /// Sends a piece of a body, as much as there is room for.
    private func upload(_ index: Int, all: Bool) throws {
        let stream = asked[index].stream
        let padding = Bool.random(using: &random) ? nil : Int.random(in: 0...40, using: &random)
        let overhead = padding.map { $0 + 1 } ?? 0
        if all, !asked[index].upload.isEmpty {
            try client.wait(for: "room on stream \(stream)") {
                min(client.connectionRoom, client.room(of: stream)) > overhead
            }
        }
        let room = min(client.connectionRoom, client.room(of: stream), 16_384) - overhead
        let size = min(asked[index].upload.count, room, Int.random(in: 1...9000, using: &random))
        guard size >= 0, room >= 0 else { return }
        let piece = Array(asked[index].upload.prefix(size))
        asked[index].upload.removeFirst(size)
        let isLast = asked[index].upload.isEmpty && Bool.random(using: &random)
        if isLast { asked[index].isUploading = false }
        guard isLast, Bool.random(using: &random) else {
            // An empty one without an end says nothing, and too many of them are an attack.
            if size == 0, !isLast { return }
            return try client.send(.data(stream, piece, end: isLast, padding: padding))
        }
        let trailers = HeaderBlock([("x-trailer", "a")])
        try client.send(.data(stream, piece, end: false, padding: padding), .headers(stream, trailers.bytes))
    }

    private func reset() throws {
        // More of them would be an attack.
        guard resets < 60, let index = asked.indices.suffix(30).randomElement(using: &random) else { return }
        guard !asked[index].isReset else { return }
        resets += 1
        asked[index].isReset = true
        try client.send(.reset(asked[index].stream))
    }
}
