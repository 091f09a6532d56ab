import NIOCore

extension CircularBuffer {
    /// Takes the first element. Where there is none, the room is given back that a burst has left: many connections that are
    /// quiet would keep much of it.
    mutating func popFirstOrShrink() -> Element? {
        if let first = popFirst() { return first }
        if capacity > 64 { self = CircularBuffer() }
        return nil
    }
}
