import ArgumentParser

/// What the parser cannot know about values: each check names the option, the value and the remedy.
enum Check {
    static func range(_ value: Int?, _ range: ClosedRange<Int>, _ option: String) throws {
        guard let value, !range.contains(value) else { return }
        throw ValidationError("\(option) \(value): a number from \(range.lowerBound) to \(range.upperBound) is needed")
    }
}
