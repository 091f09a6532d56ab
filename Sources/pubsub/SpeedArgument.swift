import ArgumentParser

/// How fast a recording is published: so many times as fast as it was recorded, or as fast as possible.
struct SpeedArgument: Hashable, Sendable, CustomStringConvertible {
    /// Nil for as fast as possible.
    let factor: Double?

    /// Reads a value for an option's `transform`, which so has a remedy in its error.
    static func parse(_ argument: String) throws -> SpeedArgument {
        if argument == "max" { return SpeedArgument(factor: nil) }
        let isPlain = argument.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        guard isPlain, let factor = Double(argument), factor >= 0.001, factor <= 1e6 else {
            throw ValidationError("a speed is a number from 0.001 to 1000000, such as 10, or max for no waiting at all")
        }
        return SpeedArgument(factor: factor)
    }

    var description: String { factor.map { "\($0)" } ?? "max" }
}
