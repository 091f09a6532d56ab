package import Glibc

/// A time in UTC to the millisecond (RFC 3339): `2026-01-31T09:05:07.250Z`.
///
/// The date is worked out once in a second, as a busy log has thousands of lines in it.
package struct UTCTime {
    /// The text, always of the same length.
    package private(set) var text: [UInt8] = Array("1970-01-01T00:00:00.000Z".utf8)
    private var second: time_t = 0

    /// The beginning of 1970.
    package init() {}

    /// Sets the time to the present.
    package mutating func update() {
        var now = timespec()
        guard clock_gettime(CLOCK_REALTIME, &now) == 0 else { return }
        set(seconds: now.tv_sec, milliseconds: now.tv_nsec / 1_000_000)
    }

    /// Sets the time to one since 1970.
    package mutating func set(seconds: time_t, milliseconds: Int) {
        if seconds != second {
            second = seconds
            var moment = seconds
            var parts = tm()
            guard gmtime_r(&moment, &parts) != nil else { return }
            write(Int(parts.tm_year) + 1900, digits: 4, at: 0)
            write(Int(parts.tm_mon) + 1, digits: 2, at: 5)
            write(Int(parts.tm_mday), digits: 2, at: 8)
            write(Int(parts.tm_hour), digits: 2, at: 11)
            write(Int(parts.tm_min), digits: 2, at: 14)
            write(Int(parts.tm_sec), digits: 2, at: 17)
        }
        write(milliseconds, digits: 3, at: 20)
    }

    private mutating func write(_ number: Int, digits: Int, at start: Int) {
        var rest = number
        for index in (start..<start + digits).reversed() {
            text[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }
}
