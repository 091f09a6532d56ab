public import ArgumentParser

/// A number of times as it is written on a command line: a whole number of at least 1, or `forever`.
public struct CountArgument: ExpressibleByArgument, ExpressibleByIntegerLiteral, Hashable, Sendable,
    CustomStringConvertible
{
    /// The number; nil for no end.
    public let limit: Int?

    /// No end.
    public static let forever = CountArgument(limit: nil)

    private init(limit: Int?) {
        self.limit = limit
    }

    /// A default, known to be at least 1.
    public init(integerLiteral value: Int) {
        limit = value
    }

    /// Reads a value for an option's `transform`, which so has a remedy in its error.
    ///
    /// - Throws: `ValidationError` that says how it is written.
    public static func parse(_ argument: String) throws -> Self {
        guard let value = Self(argument: argument) else {
            throw ValidationError("a count is a whole number of at least 1, or forever")
        }
        return value
    }

    /// Reads a number or `forever`; nil for anything else.
    public init?(argument: String) {
        if argument == "forever" {
            limit = nil
        } else {
            guard let number = Int(argument), number >= 1, !argument.hasPrefix("+") else { return nil }
            limit = number
        }
    }

    /// The text that reads as this value.
    public var description: String { limit.map(String.init) ?? "forever" }
}
