/// Whether bytes that come in pieces are UTF-8 (RFC 3629), told as soon as they cannot be any more.
struct UTF8Check {
    /// How many bytes the character that has begun still lacks.
    private var missing = 0
    /// What the next of them may be: the first one after the lead excludes overlong forms, surrogates and what is beyond
    /// U+10FFFF.
    private var next: ClosedRange<UInt8> = 0x80...0xBF

    /// Whether no character is incomplete.
    var isComplete: Bool { missing == 0 }

    /// Takes further bytes; false as soon as one of them cannot be.
    mutating func accepts(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if missing > 0 {
                guard next ~= byte else { return false }
                missing -= 1
                next = 0x80...0xBF
                index += 1
                continue
            }
            if byte < 0x80 {
                index += Self.countOfASCII(bytes, from: index)
                continue
            }
            switch byte {
            case 0xC2...0xDF: missing = 1
            case 0xE0: (missing, next) = (2, 0xA0...0xBF)
            case 0xE1...0xEC, 0xEE...0xEF: missing = 2
            case 0xED: (missing, next) = (2, 0x80...0x9F)
            case 0xF0: (missing, next) = (3, 0x90...0xBF)
            case 0xF1...0xF3: missing = 3
            case 0xF4: (missing, next) = (3, 0x80...0x8F)
            default: return false
            }
            index += 1
        }
        return true
    }

    /// How many bytes from an index on are ASCII, eight at a time as far as that goes.
    private static func countOfASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index + 8 <= bytes.count {
            guard bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 else {
                break
            }
            index += 8
        }
        while index < bytes.count, bytes[index] < 0x80 { index += 1 }
        return index - start
    }
}
