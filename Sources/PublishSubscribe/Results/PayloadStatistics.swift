/// The average of the payloads of a filter, as long as all of them are numbers.
public struct PayloadStatistics: Sendable {
    /// The updates so far.
    public private(set) var count = 0
    private var sum = 0.0
    private var areNumbers = true

    /// No updates yet.
    public init() {}

    /// Takes an update's payload into account.
    public mutating func record(_ payload: UnsafeRawBufferPointer) {
        count += 1
        guard areNumbers else { return }
        if let number = PayloadNumber.parse(payload) { sum += number } else { areNumbers = false }
    }

    /// The average; nil when there was no update, or one whose payload is no number.
    public var average: Double? { areNumbers && count > 0 ? sum / Double(count) : nil }

    /// A number with one digit after the point.
    public static func oneDecimal(_ number: Double) -> String {
        let tenths = (number * 10).rounded()
        guard abs(tenths) < 1e15 else { return "\(number)" }
        let magnitude = Int(abs(tenths))
        return "\(tenths < 0 ? "-" : "")\(magnitude / 10).\(magnitude % 10)"
    }
}
