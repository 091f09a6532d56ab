/// How long answers take, and after how long one is late, as TCP reckons it (RFC 6298).
struct RoundTripEstimate: Sendable {
    private var mean: Double = 0
    private var deviation: Double = 0
    private let least: Double
    private let most: Double

    /// An estimate that knows nothing yet.
    ///
    /// - Parameters:
    ///   - least: no answer is late before.
    ///   - most: every answer is late after, and before there was one.
    init(least: Instant.Span, most: Instant.Span) {
        self.least = Double(least.microseconds)
        self.most = Double(most.microseconds)
    }

    /// After how long an answer is late.
    var patience: Instant.Span {
        guard mean > 0 else { return Instant.Span(microseconds: Int64(most)) }
        return Instant.Span(microseconds: Int64(min(max(mean + 4 * deviation, least), most)))
    }

    /// Takes in how long an answer took.
    mutating func record(_ span: Instant.Span) {
        let sample = Double(max(span.microseconds, 1))
        if mean == 0 {
            (mean, deviation) = (sample, sample / 2)
        } else {
            deviation += (abs(sample - mean) - deviation) / 4
            mean += (sample - mean) / 8
        }
    }
}
