extension SocketOptionCoding {
    /// A `uint64_t`.
    static var bitmap: SocketOptionCoding<UInt64> {
        .init(capacity: 8) {
            integer($0)
        } decode: {
            integer(from: $0)
        }
    }

    /// An `int`; nil, the system's or the library's choice, is −1.
    static var optionalInt: SocketOptionCoding<Int?> {
        .init(capacity: 4) { value in
            guard let value else { return integer(-1 as Int32) }
            return value < 0 ? nil : Int32(exactly: value).map(integer)
        } decode: { bytes in
            guard let number: Int32 = integer(from: bytes) else { return nil }
            return .some(number < 0 ? nil : Int(number))
        }
    }

    /// A descriptor that listens; nil, none, is −1. libzmq ends the process for one that is not open.
    static var listeningDescriptor: SocketOptionCoding<Int?> {
        .init(capacity: 4) { value in
            if let value {
                guard let descriptor = Int32(exactly: value), ListeningDescriptor.isOne(descriptor) else { return nil }
            }
            return SocketOptionCoding<Int?>.optionalInt.encode(value)
        } decode: { bytes in
            SocketOptionCoding<Int?>.optionalInt.decode(bytes)
        }
    }

    /// An `int` that is 0 or 1; nil, the system's choice, is −1.
    static var optionalBool: SocketOptionCoding<Bool?> {
        .init(capacity: 4) { value in
            integer(value.map { $0 ? 1 : 0 } ?? -1 as Int32)
        } decode: { bytes in
            guard let number: Int32 = integer(from: bytes) else { return nil }
            return .some(number < 0 ? nil : number != 0)
        }
    }

    /// An `int` of seconds; nil, the system's choice, is −1.
    static var optionalSeconds: SocketOptionCoding<Duration?> {
        .init(capacity: 4) { value in
            guard let value else { return integer(-1 as Int32) }
            guard value >= .zero, value <= .seconds(Int32.max) else { return nil }
            let (seconds, rest) = value.components
            return Int32(exactly: rest > 0 ? seconds + 1 : seconds).map(integer)
        } decode: { bytes in
            guard let number: Int32 = integer(from: bytes) else { return nil }
            return .some(number < 0 ? nil : .seconds(number))
        }
    }

    /// A `uint64_t` of bytes; nil, the system's choice, is 0, so that 0 itself is refused.
    static var positiveBytes: SocketOptionCoding<Int?> {
        .init(capacity: 8) { value in
            guard let value else { return integer(0 as UInt64) }
            return value <= 0 ? nil : integer(UInt64(value))
        } decode: { bytes in
            guard let number: UInt64 = integer(from: bytes) else { return nil }
            return .some(number == 0 ? nil : Int(exactly: number))
        }
    }

    /// Text; nil, none, is no bytes at all.
    static func optionalText(capacity: Int) -> SocketOptionCoding<String?> {
        .init(capacity: capacity) { value in
            guard let value else { return [] }
            // An empty text would be taken for none, and C ends a text at its first zero.
            guard !value.isEmpty, !value.utf8.contains(0), value.utf8.count < capacity else { return nil }
            return Array(value.utf8)
        } decode: { bytes in
            let text = bytes.prefix { $0 != 0 }
            return .some(text.isEmpty ? nil : String(decoding: text, as: UTF8.self))
        }
    }

    /// Any number of bytes, which cannot be read back; nil, none, is no bytes at all.
    static var optionalMessage: SocketOptionCoding<Frame?> {
        .init(capacity: 0) { value in
            value.map { [UInt8]($0) } ?? []
        } decode: { bytes in
            .some(bytes.isEmpty ? nil : Frame(bytes))
        }
    }
}
