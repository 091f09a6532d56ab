/// A line of a data file's log: a value is kept from now on, or no more.
///
/// ```
/// length(4)  checksum(4)  'K' key(20) expiry(8) version(8) bytes…   or   'F' key(20)
/// ```
enum DataRecord: Equatable {
    /// A value is kept until a time, in seconds since 1970.
    case kept(NodeID, StoredValue, expiry: UInt64)
    case forgotten(NodeID)

    private static let headLength = 8
    private static let mostBytes = StoredValue.mostBytes + 37

    var encoded: [UInt8] {
        var body = WireWriter(capacity: 64)
        switch self {
        case .kept(let key, let value, let expiry):
            body.write(UInt8(ascii: "K"))
            body.write(key)
            body.write(expiry)
            body.write(value.version)
            body.write(value.bytes)
        case .forgotten(let key):
            body.write(UInt8(ascii: "F"))
            body.write(key)
        }
        var record = WireWriter(capacity: body.bytes.count + Self.headLength)
        record.write(UInt32(body.bytes.count))
        record.write(Checksum.of(body.bytes))
        record.write(body.bytes)
        return record.bytes
    }

    /// Reads the record at a place.
    ///
    /// - Returns: the record and where the next begins; nil where the bytes are no whole record, as where a write was cut
    ///   short.
    static func read(_ bytes: [UInt8], at start: Int) -> (record: DataRecord, end: Int)? {
        bytes.withUnsafeBytes { all -> (record: DataRecord, end: Int)? in
            var head = WireReader(UnsafeRawBufferPointer(rebasing: all[start...]))
            guard let length = try? head.number(UInt32.self), length <= mostBytes,
                let checksum = try? head.number(UInt32.self), all.count - start - headLength >= Int(length)
            else { return nil }
            let end = start + headLength + Int(length)
            let body = UnsafeRawBufferPointer(rebasing: all[start + headLength..<end])
            guard Checksum.of(body) == checksum, let record = read(body) else { return nil }
            return (record, end)
        }
    }

    private static func read(_ body: UnsafeRawBufferPointer) -> DataRecord? {
        var reader = WireReader(body)
        guard let kind = try? reader.number(UInt8.self), let key = try? reader.id() else { return nil }
        switch kind {
        case UInt8(ascii: "K"):
            guard let expiry = try? reader.number(UInt64.self), let version = try? reader.number(UInt64.self),
                let bytes = try? reader.bytes(body.count - 37)
            else { return nil }
            return .kept(key, StoredValue(bytes, version: version), expiry: expiry)
        case UInt8(ascii: "F"): return reader.isAtEnd ? .forgotten(key) : nil
        default: return nil
        }
    }
}
