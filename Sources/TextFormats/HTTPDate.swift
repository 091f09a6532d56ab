import Glibc

/// A time of HTTP, to the second (RFC 9110, section 5.6.7).
package enum HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let longDays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Sun, 06 Nov 1994 08:49:37 GMT` for seconds since 1970.
    package static func text(_ seconds: Int) -> String {
        var moment = time_t(seconds)
        var parts = tm()
        guard gmtime_r(&moment, &parts) != nil else { return text(0) }
        let time = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { two(Int($0)) }.joined(separator: ":")
        let year = String(Int(parts.tm_year) + 1900)
        let padded = String(repeating: "0", count: max(0, 4 - year.count)) + year
        return
            "\(days[Int(parts.tm_wday)]), \(two(Int(parts.tm_mday))) \(months[Int(parts.tm_mon)]) \(padded) \(time) GMT"
    }

    /// Seconds since 1970 of a time in one of the three forms that a recipient has to know; nil for anything else.
    ///
    /// - Parameter now: by which the two digits of an old form's year are understood: as no more than 50 years ahead.
    package static func seconds(of text: String, now: Int) -> Int? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        switch words.count {
        // Sun, 06 Nov 1994 08:49:37 GMT
        case 6 where words[5] == "GMT" && words[0].hasSuffix(",") && days.contains(String(words[0].dropLast())):
            guard let day = number(words[1], digits: 2), let year = number(words[3], digits: 4) else { return nil }
            return moment(year, words[2], day, words[4])
        // Sunday, 06-Nov-94 08:49:37 GMT
        case 4 where words[3] == "GMT" && words[0].hasSuffix(",") && longDays.contains(String(words[0].dropLast())):
            let date = words[1].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard date.count == 3, let day = number(date[0], digits: 2), let short = number(date[2], digits: 2) else {
                return nil
            }
            let century = year(of: now) / 100 * 100
            let year = century + short > year(of: now) + 50 ? century - 100 + short : century + short
            return moment(year, date[1], day, words[2])
        // Sun Nov  6 08:49:37 1994
        case 5 where days.contains(words[0]), 6 where days.contains(words[0]) && words[2].isEmpty:
            let rest = words[2].isEmpty ? Array(words[3...]) : Array(words[2...])
            guard rest.count == 3, let day = number(rest[0], digits: words[2].isEmpty ? 1 : 2),
                let year = number(rest[2], digits: 4)
            else { return nil }
            return moment(year, words[1], day, rest[1])
        default: return nil
        }
    }

    private static func moment(_ year: Int, _ month: String, _ day: Int, _ time: String) -> Int? {
        let parts = time.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let month = months.firstIndex(of: month), parts.count == 3, let hour = number(parts[0], digits: 2),
            let minute = number(parts[1], digits: 2), let second = number(parts[2], digits: 2),
            // A leap second is the second before it.
            hour < 24, minute < 60, second <= 60, day >= 1, day <= length(ofMonth: month, year)
        else { return nil }
        var fields = tm()
        fields.tm_year = Int32(year - 1900)
        fields.tm_mon = Int32(month)
        fields.tm_mday = Int32(day)
        fields.tm_hour = Int32(hour)
        fields.tm_min = Int32(minute)
        fields.tm_sec = Int32(min(second, 59))
        return timegm(&fields)
    }

    private static func length(ofMonth month: Int, _ year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 1 && isLeap ? 29 : [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month]
    }

    private static func year(of seconds: Int) -> Int {
        var moment = time_t(seconds)
        var parts = tm()
        guard gmtime_r(&moment, &parts) != nil else { return 1970 }
        return Int(parts.tm_year) + 1900
    }

    private static func number(_ text: String, digits: Int) -> Int? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
