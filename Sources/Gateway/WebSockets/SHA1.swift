/// The digest of RFC 3174, which the handshake of a WebSocket is defined with. It protects nothing there: it shows that the
/// other side speaks the protocol.
struct SHA1 {
    /// The digest of some bytes: 20 bytes.
    static func digest(of bytes: some Collection<UInt8>) -> [UInt8] {
        var padded = Array(bytes)
        let bits = UInt64(padded.count) * 8
        padded.append(0x80)
        while padded.count % 64 != 56 { padded.append(0) }
        padded += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) }
        var sha = SHA1()
        for start in stride(from: 0, to: padded.count, by: 64) { sha.take(padded[start..<start + 64]) }
        return sha.words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) } }
    }

    private var words: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]

    private mutating func take(_ block: ArraySlice<UInt8>) {
        var schedule: [UInt32] = []
        schedule.reserveCapacity(80)
        var word: UInt32 = 0
        for (index, byte) in block.enumerated() {
            word = word << 8 | UInt32(byte)
            if index % 4 == 3 { schedule.append(word) }
        }
        for index in 16..<80 {
            let mixed = schedule[index - 3] ^ schedule[index - 8] ^ schedule[index - 14] ^ schedule[index - 16]
            schedule.append(Self.turned(mixed, by: 1))
        }
        var (a, b, c, d, e) = (words[0], words[1], words[2], words[3], words[4])
        for index in 0..<80 {
            let mixed: UInt32
            let constant: UInt32
            switch index {
            case ..<20: (mixed, constant) = (b & c | ~b & d, 0x5A82_7999)
            case ..<40: (mixed, constant) = (b ^ c ^ d, 0x6ED9_EBA1)
            case ..<60: (mixed, constant) = (b & c | b & d | c & d, 0x8F1B_BCDC)
            default: (mixed, constant) = (b ^ c ^ d, 0xCA62_C1D6)
            }
            let next = Self.turned(a, by: 5) &+ mixed &+ e &+ constant &+ schedule[index]
            (e, d, c, b, a) = (d, c, Self.turned(b, by: 30), a, next)
        }
        words[0] &+= a
        words[1] &+= b
        words[2] &+= c
        words[3] &+= d
        words[4] &+= e
    }

    private static func turned(_ word: UInt32, by count: UInt32) -> UInt32 { word << count | word >> (32 - count) }
}
