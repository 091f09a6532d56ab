/// SipHash-2-4 (Aumasson and Bernstein, 2012) of a few words: a hash that nobody can compute who lacks the key.
struct KeyedHash: Sendable {
    private let key: (UInt64, UInt64)

    init(using generator: inout some RandomNumberGenerator) {
        key = (generator.next(), generator.next())
    }

    init(key: (UInt64, UInt64)) { self.key = key }

    /// The hash of 8 bytes for each word, the least significant first, as the reference implementation has it.
    func hash(_ words: UInt64...) -> UInt64 { hash(words, trailing: []) }

    /// The hash of words and up to 7 bytes behind them.
    func hash(_ words: [UInt64], trailing: [UInt8]) -> UInt64 {
        var state = State(key: key)
        for word in words { state.add(word) }
        var last = UInt64(truncatingIfNeeded: words.count * 8 + trailing.count) << 56
        for (position, byte) in trailing.enumerated() { last |= UInt64(byte) << UInt64(8 * position) }
        state.add(last)
        return state.finish()
    }

    private struct State {
        var v0: UInt64
        var v1: UInt64
        var v2: UInt64
        var v3: UInt64

        init(key: (UInt64, UInt64)) {
            v0 = key.0 ^ 0x736f_6d65_7073_6575
            v1 = key.1 ^ 0x646f_7261_6e64_6f6d
            v2 = key.0 ^ 0x6c79_6765_6e65_7261
            v3 = key.1 ^ 0x7465_6462_7974_6573
        }

        @inline(__always)
        mutating func add(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        mutating func finish() -> UInt64 {
            v2 ^= 0xFF
            for _ in 0..<4 { round() }
            return v0 ^ v1 ^ v2 ^ v3
        }

        @inline(__always)
        private mutating func round() {
            v0 = v0 &+ v1
            v1 = Self.rotate(v1, 13) ^ v0
            v0 = Self.rotate(v0, 32)
            v2 = v2 &+ v3
            v3 = Self.rotate(v3, 16) ^ v2
            v0 = v0 &+ v3
            v3 = Self.rotate(v3, 21) ^ v0
            v2 = v2 &+ v1
            v1 = Self.rotate(v1, 17) ^ v2
            v2 = Self.rotate(v2, 32)
        }

        @inline(__always)
        private static func rotate(_ word: UInt64, _ bits: UInt64) -> UInt64 { word << bits | word >> (64 - bits) }
    }
}
