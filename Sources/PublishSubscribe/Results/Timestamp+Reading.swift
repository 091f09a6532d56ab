extension Timestamp {
    /// Reads an instant as ISO 8601 has it: `2026-11-24T12:00:00.123Z`, `2026-11-24T13:00+01:00`, `2026-11-24`.
    ///
    /// Without a zone it is coordinated universal time, in which times are written here.
    ///
    /// - Returns: nil for anything else, and for a date or a time that there is not.
    public init?(_ text: some Sequence<UInt8>) {
        var reader = Reader(text)
        guard let year = reader.number(digits: 4), reader.take("-"), let month = reader.number(digits: 2),
            reader.take("-"), let day = reader.number(digits: 2), (1...12).contains(month),
            (1...Self.days(inMonth: month, of: year)).contains(day)
        else { return nil }
        var microseconds = Self.days(year: year, month: month, day: day) * 86_400_000_000
        if reader.take("T") || reader.take("t") || reader.take(" ") {
            guard let hour = reader.number(digits: 2), reader.take(":"), let minute = reader.number(digits: 2),
                hour < 24, minute < 60
            else { return nil }
            var second: Int64 = 0
            if reader.take(":") {
                guard let read = reader.number(digits: 2), read < 60 else { return nil }
                second = read
            }
            microseconds += ((hour * 60 + minute) * 60 + second) * 1_000_000
            if reader.take(".") {
                guard let fraction = reader.fraction() else { return nil }
                microseconds += fraction
            }
            guard let offset = reader.zone() else { return nil }
            microseconds -= offset * 60_000_000
        }
        guard reader.isAtEnd else { return nil }
        self.init(microseconds: microseconds)
    }

    /// The days from 1970-01-01 to a date of the Gregorian calendar. Years are counted from March.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

private struct Reader {
    private var rest: ArraySlice<UInt8>

    init(_ text: some Sequence<UInt8>) { rest = Array(text)[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func number(digits: Int) -> Int64? {
        let text = rest.prefix(digits)
        guard text.count == digits, text.allSatisfy(Self.isDigit) else { return nil }
        rest = rest.dropFirst(digits)
        return text.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }

    /// The microseconds of a second's fraction, of which more digits are passed over.
    mutating func fraction() -> Int64? {
        let text = rest.prefix(while: Self.isDigit)
        guard !text.isEmpty else { return nil }
        rest = rest.dropFirst(text.count)
        let digits = text.prefix(6).reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        return (min(text.count, 6)..<6).reduce(digits) { value, _ in value * 10 }
    }

    /// The minutes by which a zone is ahead; none stands for 0.
    mutating func zone() -> Int64? {
        if isAtEnd || take("Z") || take("z") { return 0 }
        let sign: Int64
        if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
        guard let hours = number(digits: 2) else { return nil }
        _ = take(":")
        guard let minutes = isAtEnd ? 0 : number(digits: 2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
