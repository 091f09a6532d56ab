/// How long requests took, counted in buckets that are an eighth of their value wide: a quantile is off by 6 % at most, and
/// counting is one addition.
struct LatencyHistogram: Sendable {
    private static let bucketsPerOctave = 8
    /// Up to 2^36 microseconds, which is most of a day.
    private static let octaves = 37

    private(set) var count = 0
    private var buckets = [UInt32](repeating: 0, count: Self.octaves * Self.bucketsPerOctave)

    mutating func add(microseconds: Int64) {
        count += 1
        buckets[Self.bucket(of: microseconds)] &+= 1
    }

    mutating func add(_ other: LatencyHistogram) {
        count += other.count
        for index in buckets.indices { buckets[index] &+= other.buckets[index] }
    }

    /// The time that a share of the requests did not exceed, in seconds; nil without requests.
    func quantile(_ share: Double) -> Double? {
        guard count > 0 else { return nil }
        var left = max(1, Int((share * Double(count)).rounded(.up)))
        for (index, number) in buckets.enumerated() {
            left -= Int(number)
            if left <= 0 { return Self.middle(of: index) / 1e6 }
        }
        return Self.middle(of: buckets.count - 1) / 1e6
    }

    private static func bucket(of microseconds: Int64) -> Int {
        let value = UInt64(max(1, min(microseconds, 1 << 36)))
        let octave = 63 - value.leadingZeroBitCount
        // The three bits behind the first.
        let part = octave >= 3 ? Int(value >> UInt64(octave - 3)) & 7 : Int(value << UInt64(3 - octave)) & 7
        return octave * bucketsPerOctave + part
    }

    private static func middle(of bucket: Int) -> Double {
        let octave = Double(1 << (bucket / bucketsPerOctave))
        return octave * (1 + (Double(bucket % bucketsPerOctave) + (octave < 8 ? 0 : 0.5)) / 8)
    }
}
