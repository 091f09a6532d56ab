import Logging
import SystemSupport

/// A value as it was given, and what it can be read as.
struct SettingText {
    /// The longest time that can be set: a year. Longer ones can only be mistakes.
    static let longestDuration = Duration.seconds(365 * 24 * 3600)

    let text: String

    init(_ text: String) {
        self.text = text
    }

    /// A whole number.
    func number(in range: ClosedRange<Int>) throws(SettingError) -> Int {
        guard isDigits(text), let number = Int(text), range.contains(number) else {
            throw error("a whole number from \(range.lowerBound) to \(range.upperBound) is needed")
        }
        return number
    }

    /// A whole number and one of the units `us ms s m h`.
    func duration(
        in range: ClosedRange<Duration> = .milliseconds(1)...longestDuration
    ) throws(SettingError) -> Duration {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), let unit = Self.durationUnits[text.dropFirst(digits.count)],
            // Bounded before they are multiplied, so that nothing overflows.
            number <= Int64.max / unit, range.contains(.nanoseconds(number * unit))
        else {
            throw error(
                "a time is a whole number with a unit, such as 250ms, 30s or 2m; \(Self.text(range.lowerBound)) to "
                    + "\(Self.text(range.upperBound)) are possible")
        }
        return .nanoseconds(number * unit)
    }

    /// A whole number and none or one of the units `B KiB MiB GiB`.
    func size(atLeast minimum: Int = 1) throws(SettingError) -> Int {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), let unit = Self.sizeUnits[text.dropFirst(digits.count)],
            number <= Self.largestSize / unit, number * unit >= minimum
        else {
            throw error(
                "a size is a number of bytes of at least \(minimum), or a number with a unit, such as 64KiB, 1MiB or 2GiB"
            )
        }
        return number * unit
    }

    /// `HOST:PORT`, `http://HOST:PORT` or `https://HOST:PORT`.
    func addressWithScheme() throws(SettingError) -> ListenAddress {
        guard let address = ListenAddress(text) else {
            throw error(
                "an address is written HOST:PORT, with a port up to 65535, such as 127.0.0.1:8080 or [::1]:8080, or "
                    + "https://HOST:PORT for HTTPS; nothing follows the port")
        }
        return address
    }

    /// `HOST:PORT`.
    ///
    /// - Parameter other: a word that is possible too.
    func address(orElse other: String) throws(SettingError) -> ListenAddress {
        guard !text.contains("://"), let address = ListenAddress(text) else {
            throw error(
                "an address is written HOST:PORT, with a port up to 65535, such as 127.0.0.1:8080 or [::1]:8080; or "
                    + other)
        }
        return address
    }

    /// An endpoint of ZeroMQ that can be bound, where a port may be `*`.
    func boundEndpoint() throws(SettingError) -> String {
        guard EndpointText.isWellFormed(text, for: .binding) else { throw error(EndpointText.remedy) }
        return text
    }

    /// The path of a file or a folder.
    func path() throws(SettingError) -> String {
        guard !text.isEmpty, !text.utf8.contains(0) else { throw error("the path of a file or a folder is needed") }
        return text
    }

    /// A block of IP addresses, or one alone.
    func addressBlock() throws(SettingError) -> AddressBlock {
        guard let block = AddressBlock(text) else {
            if let meant = AddressBlock(masking: text) {
                throw error("the address has bits beyond the length; write \(meant), or the address alone for it alone")
            }
            throw error(
                "a block of addresses is written 10.0.0.0/8 or 2001:db8::/32, and one address 192.0.2.7 or 2001:db8::7")
        }
        return block
    }

    /// `on` or `off`.
    func isOn() throws(SettingError) -> Bool {
        switch text {
        case "on": return true
        case "off": return false
        default: throw error("it is either on or off")
        }
    }

    /// One of the names of an enumeration.
    func choice<Choice: RawRepresentable & CaseIterable>() throws(SettingError) -> Choice
    where Choice.RawValue == String {
        guard let choice = Choice(rawValue: text) else {
            throw error("it is one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    /// The value of an HTTP field: visible ASCII characters, with blanks between them.
    func fieldValue() throws(SettingError) -> String {
        guard let first = text.utf8.first, let last = text.utf8.last, !first.isBlank, !last.isBlank,
            text.utf8.allSatisfy({ $0.isVisibleASCII || $0 == UInt8(ascii: " ") })
        else { throw error("it is made of visible ASCII characters, with blanks only between them") }
        return text
    }

    func error(_ remedy: String) -> SettingError { SettingError(value: text, remedy: remedy) }

    private func isDigits(_ text: some StringProtocol) -> Bool { !text.isEmpty && text.utf8.allSatisfy(\.isDigit) }

    private static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if seconds >= 3600 { return "\(seconds / 3600)h" }
        return attoseconds == 0 ? "\(seconds)s" : "\(attoseconds / 1_000_000_000_000_000)ms"
    }

    private static let durationUnits: [Substring: Int64] = [
        "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000,
    ]
    private static let sizeUnits: [Substring: Int] = ["": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30]
    private static let largestSize = 1 << 50
}
