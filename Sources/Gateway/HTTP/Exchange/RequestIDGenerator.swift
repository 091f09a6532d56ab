/// Makes ids for requests whose client brought none: 15 characters, 75 random bits.
///
/// They are told apart, not kept secret: a fast generator, seeded from the system's once for each event loop.
/// Fifteen characters are what a string holds without an allocation.
struct RequestIDGenerator {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    private var state = (SystemRandomNumberGenerator.word(), SystemRandomNumberGenerator.word() | 1)

    /// A new id.
    mutating func next() -> String {
        let (first, second) = (nextWord(), nextWord())
        return String(unsafeUninitializedCapacity: 15) { bytes in
            for index in 0..<15 {
                let word = index < 8 ? first >> UInt64(index * 8) : second >> UInt64((index - 8) * 8)
                bytes[index] = Self.alphabet[Int(word & 31)]
            }
            return 15
        }
    }

    // xoroshiro128+ (Blackman and Vigna).
    private mutating func nextWord() -> UInt64 {
        let (first, last) = state
        let mixed = first ^ last
        state.0 = (first << 24 | first >> 40) ^ mixed ^ (mixed << 16)
        state.1 = mixed << 37 | mixed >> 27
        return first &+ last
    }
}

extension SystemRandomNumberGenerator {
    fileprivate static func word() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
