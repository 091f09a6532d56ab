public import ArgumentParser

/// A duration as it is written on a command line: `250ms`, `30s`, `2m`.
public struct DurationArgument: ExpressibleByArgument, Hashable, Sendable, CustomStringConvertible {
    /// The duration.
    public let duration: Duration
    /// The text it was read from.
    public let description: String

    /// Reads a whole number and one of the units `us ms s m h`; nil for anything else.
    public init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), let unit = Self.units[argument.dropFirst(digits.count)] else { return nil }
        let (nanoseconds, overflow) = number.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        duration = .nanoseconds(nanoseconds)
        description = argument
    }

    private static let units: [Substring: Int64] = [
        "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000,
    ]
}
