/// A message that is none of the pipeline's.
public struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with it, in words that tell who may have sent it.
    public let description: String

    init(_ description: String) {
        self.description = description
    }

    static let foreign = WireError("it is not of a pipeline; is its sender started with --plain?")
    static let cutShort = WireError("it ends too early")
}
