/// The number that tells one communicator's messages from another's.
///
/// That of the world is 0. All others are computed from what their members know without asking each other.
enum CommunicatorID {
    static let world: UInt64 = 0

    /// Of a part of a communicator.
    static func part(of parent: UInt64, sequence: UInt64, color: Int) -> UInt64 {
        mix(mix(mix(parent, 1), sequence), UInt64(bitPattern: Int64(color)))
    }

    /// Of the survivors of a communicator that is shrunk for the n-th time.
    static func survivors(of parent: UInt64, time: Int) -> UInt64 { mix(mix(parent, 2), UInt64(time)) }

    /// SplitMix64, which scatters well.
    private static func mix(_ one: UInt64, _ other: UInt64) -> UInt64 {
        var value = one &+ (other &+ 1) &* 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
