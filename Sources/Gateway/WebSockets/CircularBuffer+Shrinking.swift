import NIOCore

extension CircularBuffer {
    /// Takes the first element. Where there is none, memory is freed that many elements at a time have left behind: thousands
    /// of quiet connections would keep much.
    mutating func popFirstOrShrink() -> Element? {
        if let first = popFirst() { return first }
        if capacity > 64 { self = CircularBuffer() }
        return nil
    }
}
