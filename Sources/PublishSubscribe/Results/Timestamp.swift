import Glibc

/// An instant in coordinated universal time, written as ISO 8601 has it: `2026-11-24T12:00:00.123Z`.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Microseconds since 1970-01-01T00:00:00Z.
    public let microseconds: Int64

    /// An instant.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// An instant.
    public init(milliseconds: Int64) {
        microseconds = milliseconds * 1000
    }

    /// The present, by the system's clock.
    public static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// Whether an instant is earlier than another.
    public static func < (one: Timestamp, other: Timestamp) -> Bool { one.microseconds < other.microseconds }

    /// The instant as text.
    public var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text.
    ///
    /// - Parameter digits: how many there are of a second's fraction, 3 or 6.
    func append(to bytes: inout [UInt8], fraction digits: Int = 3) {
        let (days, sinceMidnight) = microseconds.flooredDivision(by: 86_400_000_000)
        let (rest, below) = (sinceMidnight / 1000, sinceMidnight % 1000)
        let (year, month, day) = Self.date(days: days)
        bytes.append(number: year, digits: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(number: month, digits: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(number: day, digits: 2)
        bytes.append(UInt8(ascii: "T"))
        bytes.append(number: rest / 3_600_000, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(number: rest / 60_000 % 60, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(number: rest / 1000 % 60, digits: 2)
        bytes.append(UInt8(ascii: "."))
        bytes.append(number: rest % 1000, digits: 3)
        if digits > 3 { bytes.append(number: below, digits: 3) }
        bytes.append(UInt8(ascii: "Z"))
    }

    /// The date of a day counted from 1970-01-01, in the Gregorian calendar.
    ///
    /// Years are counted from March, so that the leap day is a year's last: then months have a regular length.
    private static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension [UInt8] {
    fileprivate mutating func append(number: Int64, digits: Int) {
        let text = String(number).utf8
        append(contentsOf: repeatElement(UInt8(ascii: "0"), count: Swift.max(0, digits - text.count)))
        append(contentsOf: text)
    }
}
