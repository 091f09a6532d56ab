/// A time on the clock of whoever drives a node, in microseconds from where that clock begins.
///
/// A node has no clock of its own: it is told the time with everything that it is told.
public struct Instant: Hashable, Comparable, Sendable {
    /// The microseconds since the beginning.
    public var microseconds: Int64

    /// A time by its microseconds.
    @inline(__always)
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Where the clock begins.
    public static let start = Instant(microseconds: 0)
    /// Later than every time that can be told.
    public static let never = Instant(microseconds: .max)

    /// Compares two times.
    @inline(__always)
    public static func < (one: Instant, other: Instant) -> Bool { one.microseconds < other.microseconds }

    /// The time so much later.
    @inline(__always)
    public static func + (instant: Instant, span: Span) -> Instant {
        let (sum, overflow) = instant.microseconds.addingReportingOverflow(span.microseconds)
        return overflow ? .never : Instant(microseconds: sum)
    }

    /// How much later the one is than the other.
    @inline(__always)
    public static func - (one: Instant, other: Instant) -> Span {
        Span(microseconds: one.microseconds - other.microseconds)
    }

    /// A length of time in microseconds: half the size of `Duration`, of which a node handles too many.
    public struct Span: Hashable, Comparable, Sendable {
        /// The microseconds.
        public var microseconds: Int64

        /// A span by its microseconds.
        @inline(__always)
        public init(microseconds: Int64) { self.microseconds = microseconds }

        /// No time.
        public static let zero = Span(microseconds: 0)
        /// So many seconds.
        public static func seconds(_ seconds: Double) -> Span { Span(microseconds: Int64(seconds * 1_000_000)) }
        /// So many thousandths of a second.
        public static func milliseconds(_ milliseconds: Int64) -> Span { Span(microseconds: milliseconds * 1000) }
        /// So many minutes.
        public static func minutes(_ minutes: Double) -> Span { .seconds(minutes * 60) }
        /// So many hours.
        public static func hours(_ hours: Double) -> Span { .seconds(hours * 3600) }

        /// The same in seconds.
        public var inSeconds: Double { Double(microseconds) / 1_000_000 }
        /// The same as a `Duration`.
        public var duration: Duration { .microseconds(microseconds) }

        /// Compares two spans.
        @inline(__always)
        public static func < (one: Span, other: Span) -> Bool { one.microseconds < other.microseconds }
        /// The span so many times.
        static func * (span: Span, factor: Double) -> Span {
            Span(microseconds: Int64(Double(span.microseconds) * factor))
        }
    }
}

extension Instant.Span {
    /// A span somewhat shorter or longer, so that nodes that start together do not act together: 80 to 120 %.
    func jittered(using generator: inout some RandomNumberGenerator) -> Self {
        self * Double.random(in: 0.8..<1.2, using: &generator)
    }
}
