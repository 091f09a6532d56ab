public import ArgumentParser

/// A number of bytes as it is written on a command line: `64KiB`, `1MiB`, or a plain number.
public struct SizeArgument: ExpressibleByArgument, Hashable, Sendable, CustomStringConvertible {
    /// The bytes.
    public let bytes: Int
    /// The text it was read from.
    public let description: String

    /// Reads a whole number and none or one of the units `B KiB MiB GiB`; nil for anything else.
    public init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), let unit = Self.units[argument.dropFirst(digits.count)] else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        self.bytes = bytes
        description = argument
    }

    private static let units: [Substring: Int] = ["": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30]
}
