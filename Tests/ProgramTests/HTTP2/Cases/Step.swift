/// One thing that a client does, or waits for.
struct Step: Sendable {
    let run: @Sendable (HTTP2Client) throws -> Void

    init(_ run: @escaping @Sendable (HTTP2Client) throws -> Void) {
        self.run = run
    }

    /// Does steps again and again.
    static func times(_ count: Int, _ steps: @escaping @Sendable (Int) -> [Step]) -> Step {
        Step { client in
            for number in 0..<count {
                for step in steps(number) { try step.run(client) }
            }
        }
    }
}

// MARK: - What a client sends

extension Step {
    static func send(_ frames: RawFrame...) -> Step {
        Step { try $0.send(frames) }
    }

    static func send(_ frames: [RawFrame]) -> Step {
        Step { try $0.send(frames) }
    }

    /// Sends bytes that are no frame, or not yet.
    static func raw(_ bytes: [UInt8]) -> Step {
        Step { try $0.send(raw: bytes) }
    }

    /// Asks for something.
    static func request(
        _ stream: UInt32 = 1, _ method: String = "GET", _ path: String = "/probe/bytes/13",
        fields: [(String, String)] = [], end: Bool = true
    ) -> Step {
        block(stream, HeaderBlock.request(method, path, fields: fields), end: end, isHead: method == "HEAD")
    }

    /// Sends exactly these fields.
    static func fields(_ fields: [(String, String)], stream: UInt32 = 1, end: Bool = true) -> Step {
        block(stream, HeaderBlock(fields), end: end)
    }

    /// Sends a header block, in as many frames as it needs.
    static func block(_ stream: UInt32 = 1, _ block: HeaderBlock, end: Bool = true, isHead: Bool = false) -> Step {
        Step { client in
            if isHead { client.expectHead(on: stream) }
            var left = block.bytes[...]
            var frames: [RawFrame] = []
            repeat {
                let piece = Array(left.prefix(16_384))
                left = left.dropFirst(16_384)
                frames.append(
                    frames.isEmpty
                        ? .headers(stream, piece, end: end, complete: left.isEmpty)
                        : .continuation(stream, piece, complete: left.isEmpty))
            } while !left.isEmpty
            try client.send(frames)
        }
    }

    static func data(_ stream: UInt32 = 1, _ text: String, end: Bool = true) -> Step {
        send(.data(stream, Array(text.utf8), end: end))
    }

    /// Sends a body as fast as the server gives room for it, in frames of at most so many bytes.
    static func upload(_ stream: UInt32 = 1, _ count: Int, by piece: Int = 16_384, end: Bool = true) -> Step {
        Step { client in
            var left = count
            while left > 0 {
                try client.wait(for: "room for \(left) bytes on stream \(stream)") {
                    client.connectionRoom > 0 && client.room(of: stream) > 0
                        || client.streams[stream]?.reset != nil
                }
                guard client.streams[stream]?.reset == nil else { return }
                let size = min(left, piece, client.connectionRoom, client.room(of: stream))
                left -= size
                try client.send(
                    .data(stream, [UInt8](repeating: UInt8(ascii: "u"), count: size), end: end && left == 0))
            }
        }
    }

    /// Leaves it to the test to give room for what comes.
    static let giveNoRoom = Step { $0.givesRoom = false }

    /// Leaves a header block open: the connection is good for nothing more.
    static let leave = Step { $0.isLeft = true }
}
