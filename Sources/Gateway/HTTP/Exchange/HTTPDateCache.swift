import Glibc

/// The current date as HTTP writes it (RFC 9110, section 5.6.7), made anew once a second.
struct HTTPDateCache {
    private var second = 0
    private var text = ""

    /// The date of this second.
    mutating func current() -> String {
        var now = timespec()
        // CLOCK_REALTIME with a valid address cannot fail.
        clock_gettime(CLOCK_REALTIME, &now)
        if now.tv_sec != second || text.isEmpty {
            second = now.tv_sec
            text = Self.format(secondsSince1970: now.tv_sec)
        }
        return text
    }

    /// Writes a moment as HTTP does.
    static func format(secondsSince1970 seconds: Int) -> String {
        var moment = time_t(seconds)
        var parts = tm()
        gmtime_r(&moment, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return
            "\(days[Int(parts.tm_wday)]), \(padded(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900) "
            + "\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec)) GMT"
    }
}
