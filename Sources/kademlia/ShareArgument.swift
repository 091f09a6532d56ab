import ArgumentParser

/// A share as it is written on a command line: `50%` or `0.5`.
struct ShareArgument: Sendable {
    /// From 0 to 1.
    let fraction: Double

    init(_ fraction: Double) { self.fraction = fraction }

    /// Reads a share.
    static func parse(_ text: String) throws -> ShareArgument {
        let isPercent = text.hasSuffix("%")
        guard let number = Double(isPercent ? text.dropLast() : text[...]), number.isFinite else {
            throw ValidationError("a share is written 50% or 0.5")
        }
        let fraction = isPercent ? number / 100 : number
        guard (0...1).contains(fraction) else { throw ValidationError("a share is from 0% to 100%") }
        return ShareArgument(fraction)
    }

    /// Reads a share of each minute: `10%/min`.
    static func parsePerMinute(_ text: String) throws -> ShareArgument {
        guard text.hasSuffix("/min") else { throw ValidationError("a share of each minute is written 10%/min") }
        return try parse(String(text.dropLast(4)))
    }
}
