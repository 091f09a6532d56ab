extension Duration {
    enum Rounding { case up, down }

    /// The milliseconds that C interfaces ask for; the largest or smallest number where there are more than it can say.
    func wholeMilliseconds(rounded rounding: Rounding) -> Int64 {
        let perMillisecond: Int64 = 1_000_000_000_000_000
        // Outside of this the parts of a duration cannot be asked for: they would not fit.
        guard self < .milliseconds(Int64.max) else { return .max }
        guard self > .milliseconds(Int64.min) else { return .min }
        let parts = components
        let rest = parts.attoseconds / perMillisecond
        let extra: Int64 = rounding == .up && parts.attoseconds % perMillisecond > 0 ? 1 : 0
        return parts.seconds * 1000 + (rest + extra)
    }

    /// The duration, or a hundred years if it is longer.
    ///
    /// Nobody waits that long, and no clock, sum or sleep can overflow with it, as they would with the longest durations
    /// that there are: those say "for ever".
    var bounded: Duration { Swift.min(Swift.max(self, .zero - Self.hundredYears), Self.hundredYears) }

    private static let hundredYears = Duration.seconds(100 * 365 * 86_400)
}
