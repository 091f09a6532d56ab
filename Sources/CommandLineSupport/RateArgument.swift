public import ArgumentParser

/// How often something happens, as it is written on a command line: `1/s`, `100/m`, `0.5/s`, or `max`.
public struct RateArgument: ExpressibleByArgument, Hashable, Sendable, CustomStringConvertible {
    /// The time from one to the next; nil for as fast as possible.
    public let interval: Duration?
    /// The text it was read from.
    public let description: String

    /// As fast as possible.
    public static let max = RateArgument(interval: nil, description: "max")
    /// Once a second.
    public static let oncePerSecond = RateArgument(interval: .seconds(1), description: "1/s")

    private init(interval: Duration?, description: String) {
        self.interval = interval
        self.description = description
    }

    /// Reads a value for an option's `transform`, which so has a remedy in its error.
    ///
    /// - Throws: `ValidationError` that says how it is written.
    public static func parse(_ argument: String) throws -> Self {
        guard let value = Self(argument: argument) else {
            throw ValidationError("a rate is written 1/s, 100/m or 5/h, or max for as fast as possible")
        }
        return value
    }

    /// Reads a number above zero, a slash and one of the units `s m h`, or `max`; nil for anything else.
    public init?(argument: String) {
        if argument == "max" {
            self = .max
            return
        }
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        let isNumber = parts[0].utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        guard parts.count == 2, isNumber, let number = Double(parts[0]), let unit = Self.units[parts[1]] else {
            return nil
        }
        let nanoseconds = unit / number
        // Slower than once in a year is a mistake, faster than once in a nanosecond is no rate.
        guard number > 0, nanoseconds >= 1, nanoseconds < 3.2e16 else { return nil }
        self.init(interval: .nanoseconds(Int64(nanoseconds)), description: argument)
    }

    private static let units: [Substring: Double] = ["s": 1e9, "m": 60e9, "h": 3600e9]
}
