/// Bytes that are no message of a node.
public struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with them.
    public let description: String

    init(_ description: String) { self.description = description }

    static let foreign = WireError("it is not of a distributed hash table; is its sender another program?")
    static let cutShort = WireError("it ends too early")
    static let overlong = WireError("there are bytes behind its end")
}
