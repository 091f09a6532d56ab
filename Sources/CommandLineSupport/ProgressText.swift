/// The words of a progress line.
public enum ProgressText {
    /// A number with its thousands apart: `1,048,576`.
    public static func number(_ number: UInt64) -> String {
        let digits = Array(String(number))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// A number of things: `1 worker`, `1,000 workers`.
    public static func count(_ number: UInt64, _ thing: String) -> String {
        "\(self.number(number)) \(thing)\(number == 1 ? "" : "s")"
    }

    /// A rate: `4,567/s`, or `0.3/s` for a slow one.
    public static func rate(_ rate: Double) -> String {
        guard rate < 10 else { return "\(number(UInt64(min(rate, 1e15).rounded())))/s" }
        let tenths = Int((rate * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)/s"
    }

    /// A time: `12 s`, `3 min 20 s`, `2 h 5 min`.
    public static func time(seconds: Double) -> String {
        let seconds = Int(min(seconds.rounded(.up), 1e9))
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }

    /// A bar of a width in characters: `[#####     ]`.
    public static func bar(done: UInt64, of total: UInt64, width: Int) -> String {
        guard width > 2, total > 0 else { return "" }
        let filled = Int(Double(width - 2) * min(Double(done) / Double(total), 1))
        return "[" + String(repeating: "#", count: filled) + String(repeating: " ", count: width - 2 - filled) + "]"
    }
}
