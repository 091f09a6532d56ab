/// Fields written as HPACK has them (RFC 7541), right or wrong: by default as literals, without indexing and Huffman.
struct HeaderBlock: Sendable {
    /// How a literal is to be kept by whoever reads it.
    enum Indexing: Sendable {
        case without
        case incremental
        case never

        var pattern: (bits: UInt8, prefix: Int) {
            switch self {
            case .without: (0x00, 4)
            case .incremental: (0x40, 6)
            case .never: (0x10, 4)
            }
        }
    }

    private(set) var bytes: [UInt8] = []

    init() {}

    init(_ fields: [(String, String)], _ indexing: Indexing = .without) {
        for (name, value) in fields { add(name, value, indexing) }
    }

    mutating func add(_ name: String, _ value: String, _ indexing: Indexing = .without) {
        add(Array(name.utf8), Array(value.utf8), indexing)
    }

    mutating func add(_ name: [UInt8], _ value: [UInt8], _ indexing: Indexing = .without) {
        bytes += [indexing.pattern.bits] + Self.string(name) + Self.string(value)
    }

    /// A literal whose name stands in a table.
    mutating func add(nameAt index: Int, _ value: String, _ indexing: Indexing = .without) {
        bytes += Self.integer(index, prefix: indexing.pattern.prefix, bits: indexing.pattern.bits)
        bytes += Self.string(Array(value.utf8))
    }

    /// A field that stands in a table.
    mutating func add(index: Int) {
        bytes += Self.integer(index, prefix: 7, bits: 0x80)
    }

    /// The size that the dynamic table is to have.
    mutating func resizeTable(to size: Int) {
        bytes += Self.integer(size, prefix: 5, bits: 0x20)
    }

    /// Bytes as they are.
    mutating func add(raw: [UInt8]) {
        bytes += raw
    }

    func with(raw: UInt8...) -> HeaderBlock {
        var block = self
        block.bytes += raw
        return block
    }

    static func string(_ bytes: [UInt8]) -> [UInt8] { integer(bytes.count, prefix: 7, bits: 0) + bytes }

    static func integer(_ value: Int, prefix: Int, bits: UInt8) -> [UInt8] {
        let limit = (1 << prefix) - 1
        guard value >= limit else { return [bits | UInt8(value)] }
        var bytes = [bits | UInt8(limit)]
        var rest = value - limit
        while rest >= 128 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}

extension HeaderBlock {
    /// A request's head.
    static func request(
        _ method: String = "GET", _ path: String = "/probe/bytes/13", fields: [(String, String)] = []
    ) -> HeaderBlock {
        HeaderBlock(
            [(":method", method), (":scheme", "http"), (":path", path), (":authority", "localhost")] + fields)
    }
}
