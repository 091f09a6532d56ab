import SwiftZMQ

/// A message between two ranks that has come.
struct ReceivedMessage: Equatable, Sendable {
    /// The rank that sent it, in the communicator.
    var source: Int
    var tag: Int
    var elementType: ElementType
    var frame: Frame
}
