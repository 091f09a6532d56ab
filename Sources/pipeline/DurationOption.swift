import ArgumentParser
import CommandLineSupport

/// Reading durations with a remedy in the error.
enum DurationOption {
    static func parse(_ argument: String) throws -> DurationArgument {
        guard let value = DurationArgument(argument: argument) else {
            throw ValidationError("a duration is a whole number with a unit: 250ms, 10s, 2m, 1h")
        }
        return value
    }
}
