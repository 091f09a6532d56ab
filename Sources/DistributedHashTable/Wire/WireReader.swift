/// Takes bytes apart, and believes none of their lengths.
struct WireReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(WireError) -> Number {
        let size = MemoryLayout<Number>.size
        guard bytes.count - position >= size else { throw .cutShort }
        defer { position += size }
        return Number(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
    }

    mutating func bytes(_ count: Int) throws(WireError) -> [UInt8] {
        guard count >= 0, bytes.count - position >= count else { throw .cutShort }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    mutating func id() throws(WireError) -> NodeID {
        NodeID(high: try number(), middle: try number(), low: try number())
    }

    mutating func address(withKey: Bool) throws(WireError) -> PeerAddress {
        let host = IPAddress(high: try number(), low: try number())
        let port = try number(UInt16.self)
        guard port > 0 else { throw WireError("it has an address with port 0") }
        guard withKey else { return PeerAddress(host: host, port: port) }
        let key = PublicKey(words: (try number(), try number(), try number(), try number()))
        return PeerAddress(host: host, port: port, key: key)
    }

    mutating func flag() throws(WireError) -> Bool {
        switch try number(UInt8.self) {
        case 0: false
        case 1: true
        default: throw WireError("it has a flag that is neither 0 nor 1")
        }
    }
}
