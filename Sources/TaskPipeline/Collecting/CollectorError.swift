/// Why a collector cannot go on.
public struct CollectorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What happened, and the remedy.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
