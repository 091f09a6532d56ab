/// What tells one run of a pipeline from every other, so that nothing of an earlier one is taken for its own.
public struct RunID: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// No run: what a worker or a collector says that has not heard of one.
    public static let none = RunID(high: 0, low: 0)

    /// A run that nobody has had before.
    public static func random() -> RunID {
        RunID(high: .random(in: 1 ... .max), low: .random(in: 0 ... .max))
    }
}

extension RunID: LosslessStringConvertible {
    /// 32 hexadecimal digits.
    public var description: String {
        [high, low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// Reads 32 hexadecimal digits; nil for anything else.
    public init?(_ text: String) {
        guard text.utf8.count == 32, let high = UInt64(text.prefix(16), radix: 16),
            let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }
}
