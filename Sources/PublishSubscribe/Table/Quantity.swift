/// Numbers as people read them at a glance, in a few columns.
public enum Quantity {
    /// So many a second: `0.5`, `12.0`, `1234`, `56.7k`, `8.9M`.
    public static func rate(_ number: Double) -> String {
        scaled(number, by: 1000, units: ["", "k", "M", "G", "T"], decimalsBelow: 100)
    }

    /// A number of things, in at most nine digits: `999999999`, and then `1.0G`.
    public static func count(_ number: Int) -> String { number < 1_000_000_000 ? "\(number)" : rate(Double(number)) }

    /// Bytes: `17 B`, `1.5 KiB`.
    public static func bytes(_ number: Double) -> String {
        number < 1024
            ? "\(Int(number.rounded())) B"
            : scaled(number, by: 1024, units: [" B", " KiB", " MiB", " GiB", " TiB"], decimalsBelow: 100)
    }

    /// A time as a stop-watch shows it: `0:07`, `12:34`, `1:02:03`.
    public static func time(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        let (minutes, rest) = seconds.quotientAndRemainder(dividingBy: 60)
        let two = { (number: Int64) in (number < 10 ? "0" : "") + "\(number)" }
        guard minutes >= 60 else { return "\(minutes):\(two(rest))" }
        return "\(minutes / 60):\(two(minutes % 60)):\(two(rest))"
    }

    private static func scaled(_ number: Double, by factor: Double, units: [String], decimalsBelow: Double) -> String {
        var number = number
        var unit = 0
        // Up to four digits are read as easily as they are.
        while number >= (unit == 0 ? 9999.5 : factor - 0.5), unit + 1 < units.count {
            number /= factor
            unit += 1
        }
        let text =
            number < decimalsBelow - 0.05
            ? PayloadStatistics.oneDecimal(number) : "\(Int(clamping: Int64(number.rounded())))"
        return text + units[unit]
    }
}
