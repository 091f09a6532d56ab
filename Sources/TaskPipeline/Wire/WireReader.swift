import SwiftZMQ

/// Takes a message apart, and believes none of its lengths.
struct WireReader {
    let kind: MessageKind
    let run: RunID
    /// The whole message.
    let bytes: [UInt8]
    /// Where the next number or byte is read.
    private(set) var position = 0

    init(_ message: Message) throws(WireError) {
        guard let frame = try? message.frame() else { throw .foreign }
        bytes = [UInt8](frame)
        guard bytes.count >= 20, bytes.starts(with: MessageKind.magic) else { throw .foreign }
        guard bytes[2] == MessageKind.version else {
            throw WireError("it is of version \(bytes[2]), not \(MessageKind.version); update the older program")
        }
        guard let kind = MessageKind(rawValue: bytes[3]) else { throw WireError("its kind \(bytes[3]) is unknown") }
        self.kind = kind
        position = 4
        run = RunID(high: Self.number(in: bytes, at: 4), low: Self.number(in: bytes, at: 12))
        position = 20
    }

    /// Whether a message is of a kind, without taking it apart.
    static func isKind(_ kind: MessageKind, _ message: Message) -> Bool {
        guard message.count == 1, let frame = message.first, frame.count >= 20 else { return false }
        return frame[0] == MessageKind.magic[0] && frame[1] == MessageKind.magic[1]
            && frame[2] == MessageKind.version && frame[3] == kind.rawValue
    }

    var isAtEnd: Bool { position == bytes.count }

    /// How many bytes have not been read.
    var remaining: Int { bytes.count - position }

    @inline(__always)
    private static func number<Number: FixedWidthInteger>(in bytes: [UInt8], at position: Int) -> Number {
        Number(littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: Number.self) })
    }

    @inline(__always)
    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(WireError) -> Number {
        let size = MemoryLayout<Number>.size
        guard bytes.count - position >= size else { throw .cutShort }
        defer { position += size }
        return Self.number(in: bytes, at: position)
    }

    mutating func flag() throws(WireError) -> Bool { try number(UInt8.self) != 0 }

    mutating func session() throws(WireError) -> SessionID { SessionID(rawValue: try number()) }

    /// Numbers as they lie in memory, little-endian.
    @inline(__always)
    mutating func record<Record: BitwiseCopyable>(_ type: Record.Type) throws(WireError) -> Record {
        let size = MemoryLayout<Record>.size
        guard bytes.count - position >= size else { throw .cutShort }
        defer { position += size }
        return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: type) }
    }

    /// So many bytes, which keep the whole message alive.
    @inline(__always)
    mutating func bytes(_ count: Int) throws(WireError) -> ArraySlice<UInt8> {
        guard bytes.count - position >= count else { throw .cutShort }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// Passes over so many bytes.
    ///
    /// - Returns: where they begin.
    @inline(__always)
    @discardableResult
    mutating func skip(_ count: Int) throws(WireError) -> Int {
        guard bytes.count - position >= count else { throw .cutShort }
        defer { position += count }
        return position
    }

    mutating func string() throws(WireError) -> String {
        let count = Int(try number(UInt32.self))
        return String(decoding: try bytes(count), as: UTF8.self)
    }

    mutating func input() throws(WireError) -> InputRecord {
        let read = try inputPart()
        return InputRecord(read: read, whole: try flag() ? try inputPart() : nil)
    }

    private mutating func inputPart() throws(WireError) -> InputPart {
        InputPart(count: try number(), digest: LineDigest(rawValue: try number()))
    }

    mutating func numbers() throws(WireError) -> NumberSet {
        let count = Int(try number(UInt32.self))
        guard (bytes.count - position) / 16 >= count else { throw .cutShort }
        var numbers = NumberSet()
        for _ in 0..<count {
            let (low, high) = (try number(TaskNumber.self), try number(TaskNumber.self))
            guard low <= high else { throw WireError("a range of tasks in it ends before it begins") }
            numbers.insert(contentsOf: low...high)
        }
        return numbers
    }
}
