extension HTTP2Case {
    private static let h2spec = Array("h2spec".utf8)
    private static let huffmanName: [UInt8] = [0x85, 0xF2, 0xB2, 0x4A, 0x84, 0xFF]
    private static let huffmanValue: [UInt8] = [0x84, 0x9C, 0x48, 0xAC, 0xA4]

    private static func seen(_ lines: String...) -> Step {
        .answer { answer in
            for line in lines where !answer.text.contains("\r\n\(line)\r\n") { return "no line “\(line)”" }
            return nil
        }
    }

    /// A request that shows its head, with a field written in some way.
    private static func field(_ bytes: [UInt8]) -> Step {
        var block = HeaderBlock.request("GET", "/probe/head")
        block.add(raw: bytes)
        return .block(1, block)
    }

    private static func literal(_ first: UInt8) -> [UInt8] {
        [first] + HeaderBlock.string(Array("x-test".utf8)) + HeaderBlock.string(h2spec)
    }

    /// Header blocks in every way in which HPACK writes them (RFC 7541).
    static let compression: [HTTP2Case] = [
        HTTP2Case("A field of the static table is read", field([0x90]), seen("accept-encoding: gzip, deflate")),
        HTTP2Case("A field of the static table with an empty value is read", field([0xBA]), seen("user-agent: ")),
        HTTP2Case("A literal with incremental indexing is read", field(literal(0x40)), seen("x-test: h2spec")),
        HTTP2Case("A literal without indexing is read", field(literal(0x00)), seen("x-test: h2spec")),
        HTTP2Case("A literal that is never indexed is read", field(literal(0x10)), seen("x-test: h2spec")),
        HTTP2Case(
            "A literal with incremental indexing in Huffman code is read", field([0x40] + huffmanName + huffmanValue),
            seen("x-test: h2spec")),
        HTTP2Case(
            "A literal without indexing in Huffman code is read", field([0x00] + huffmanName + huffmanValue),
            seen("x-test: h2spec")),
        HTTP2Case(
            "A literal that is never indexed in Huffman code is read", field([0x10] + huffmanName + huffmanValue),
            seen("x-test: h2spec")),
        HTTP2Case(
            "Literals whose name stands in the static table are read",
            field([0x7A] + HeaderBlock.string(h2spec) + [0x0F, 0x24] + HeaderBlock.string(h2spec)),
            seen("user-agent: h2spec", "referer: h2spec")),
        HTTP2Case(
            "A length in more bytes than it needs is read",
            field([0x00, 6] + Array("x-test".utf8) + [0x7F, 0x81, 0x00] + [UInt8](repeating: 0x61, count: 128)),
            seen("x-test: " + String(repeating: "a", count: 128))),
        HTTP2Case("A new size of the dynamic table is taken", resized(to: 128), .request(3), .answer(3)),
        HTTP2Case("Two sizes of the dynamic table are taken", resized(to: 128, 4096), .request(3), .answer(3)),
        HTTP2Case("A dynamic table of nothing is taken", resized(to: 0), .request(3), .answer(3)),
        HTTP2Case(
            "A field of the dynamic table is read on another stream", entered("x-table", "one"), .answer(1),
            entryUsed(on: 3), .answer(3) { $0.text.contains("\r\nx-table: one\r\n") ? nil : "no x-table" }),
        HTTP2Case(
            "A field of the dynamic table outlives a request that is malformed",
            entered("x-table", "one", fields: [("Upper", "a")]), .reset(1, .protocolError), entryUsed(on: 3),
            .answer(3) { $0.text.contains("\r\nx-table: one\r\n") ? nil : "no x-table" }),
        HTTP2Case(
            "A field of the dynamic table outlives a request that the client resets",
            entered("x-table", "one", path: "/probe/hold/table"), .send(.reset(1)), entryUsed(on: 3),
            .answer(3) { $0.text.contains("\r\nx-table: one\r\n") ? nil : "no x-table" }),
        HTTP2Case(
            "A field of the dynamic table outlives a head over the limit",
            entered("x-table", "one", fields: [("x-large", String(repeating: "l", count: 30_000))]),
            .problem(1, 431, "head-too-large"), entryUsed(on: 3),
            .answer(3) { $0.text.contains("\r\nx-table: one\r\n") ? nil : "no x-table" }),
        HTTP2Case(
            "A field of the dynamic table outlives a head over the limit by its number of fields",
            entered("x-table", "one", fields: (0..<200).map { ("x-\($0)", "a") }),
            .problem(1, 431, "head-too-large"), entryUsed(on: 3),
            .answer(3) { $0.text.contains("\r\nx-table: one\r\n") ? nil : "no x-table" }),
        HTTP2Case(
            "A field of the dynamic table outlives trailers",
            .request(1, "POST", "/probe/echo", end: false), .data(1, "a", end: false),
            .send(.headers(1, HeaderBlock([("x-table", "one")], .incremental).bytes)), .answer(1, body: "a"),
            entryUsed(on: 3), .answer(3) { $0.text.contains("\r\nx-table: one\r\n") ? nil : "no x-table" }),
        HTTP2Case(
            "The oldest entries leave the dynamic table when there is no room",
            .times(3) { number in
                var block = HeaderBlock.request()
                block.add("x-\(number)", String(repeating: "e", count: 2000), .incremental)
                return [.block(UInt32(2 * number + 1), block), .answer(UInt32(2 * number + 1))]
            },
            Step { client in
                var block = HeaderBlock.request("GET", "/probe/head")
                block.add(index: 63)
                try Step.block(7, block).run(client)
            }, .answer(7) { $0.text.contains("\r\nx-1: eee") ? nil : "no x-1" },
            Step { client in
                var block = HeaderBlock.request("GET", "/probe/head")
                block.add(index: 64)
                try Step.block(9, block).run(client)
            }, .goAway(.compressionError)),
        HTTP2Case(
            "An entry larger than the dynamic table empties it",
            entered("x-table", "one"), .answer(1),
            Step { client in
                var block = HeaderBlock.request()
                block.add("x-large", String(repeating: "l", count: 4090), .incremental)
                try Step.block(3, block).run(client)
            }, .answer(3), entryUsed(on: 5), .goAway(.compressionError)),
    ]

    private static func resized(to sizes: Int...) -> Step {
        var block = HeaderBlock()
        for size in sizes { block.resizeTable(to: size) }
        block.add(raw: HeaderBlock.request().bytes)
        return .block(1, block)
    }

    private static func entered(
        _ name: String, _ value: String, path: String = "/probe/bytes/13", fields: [(String, String)] = []
    ) -> Step {
        var block = HeaderBlock.request("GET", path)
        block.add(name, value, .incremental)
        for (name, value) in fields { block.add(name, value) }
        return .block(1, block)
    }

    private static func entryUsed(on stream: UInt32) -> Step {
        var block = HeaderBlock.request("GET", "/probe/head")
        block.add(index: 62)
        return .block(stream, block)
    }

    private static func broken(_ name: String, _ bytes: UInt8...) -> HTTP2Case {
        HTTP2Case("\(name) is COMPRESSION_ERROR", field(bytes), .goAway(.compressionError))
    }

    /// Header blocks that cannot be decoded (RFC 9113, section 4.3).
    static let brokenCompression: [HTTP2Case] = [
        HTTP2Case(
            "A header block that ends in the middle of a field is COMPRESSION_ERROR",
            .send(RawFrame(kind: RawFrame.Kind.headers, flags: 5, stream: 1, payload: [0x40])),
            .goAway(.compressionError)),
        broken("Index 0", 0x80),
        broken("An index beyond both tables", 0xC6),
        broken("A literal whose name is beyond both tables", 0x7F, 0x07, 0x00),
        broken("An index of the empty dynamic table", 0xBE),
        broken("An index of 2^31", 0xFF, 0x81, 0xFF, 0xFF, 0xFF, 0x07),
        broken("An index over 2^64", 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01),
        broken(
            "An index whose number never ends", 0xFF, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80),
        broken("An index whose number is cut", 0xFF),
        broken("A name longer than the block", 0x00, 0x20, 0x61),
        broken("A value longer than the block", 0x00, 0x01, 0x61, 0x20, 0x61),
        broken("A name of 2^63 bytes", 0x00, 0x7F, 0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F),
        broken("A literal without a value", 0x00, 0x01, 0x61),
        broken("A size of the dynamic table behind a field", 0x21),
        broken(
            "Huffman code padded by more than seven bits", 0x00, 0x85, 0xF2, 0xB2, 0x4A, 0x84, 0xFF, 0x84, 0x49, 0x50,
            0x9F, 0xFF),
        broken("Huffman code padded by zeros", 0x00, 0x85, 0xF2, 0xB2, 0x4A, 0x84, 0xFF, 0x83, 0x49, 0x50, 0x90),
        broken(
            "Huffman code with the end of the string in it", 0x00, 0x85, 0xF2, 0xB2, 0x4A, 0x84, 0xFF, 0x87, 0x49,
            0x51, 0xFF, 0xFF, 0xFF, 0xFA, 0x7F),
        HTTP2Case(
            "A dynamic table larger than the server's setting is COMPRESSION_ERROR",
            Step { client in
                var block = HeaderBlock()
                block.resizeTable(to: Int(client.serverSettings[1] ?? 4096) + 1)
                block.add(raw: HeaderBlock.request().bytes)
                try Step.block(1, block).run(client)
            }, .goAway(.compressionError)),
        HTTP2Case(
            "A dynamic table of 2^32 bytes is COMPRESSION_ERROR",
            Step { client in
                try Step.block(1, HeaderBlock().with(raw: 0x3F, 0xE1, 0xFF, 0xFF, 0xFF, 0x0F)).run(client)
            }, .goAway(.compressionError)),
        HTTP2Case(
            "Trailers that cannot be decoded are COMPRESSION_ERROR",
            .request(1, "POST", "/probe/echo", end: false), .send(.headers(1, [0x80])), .goAway(.compressionError)),
        HTTP2Case(
            "A header block that cannot be decoded on a stream that is refused is COMPRESSION_ERROR",
            .request(1, "POST", "/probe/echo", end: false), .send(.reset(1)), .send(.headers(3, [0x80])),
            .goAway(.compressionError)),
    ]
}
