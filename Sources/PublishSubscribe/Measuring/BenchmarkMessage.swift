public import SwiftZMQ

/// What a benchmark publishes: a number and when it was sent, filled up to a size. All in the byte order of most machines,
/// the least significant first.
public struct BenchmarkMessage: Hashable, Sendable {
    /// What a subscriber reads out of one.
    public enum Content: Hashable, Sendable {
        /// An update and when it was sent, in nanoseconds since 1970.
        case update(number: UInt64, sent: UInt64)
        /// There are no more; how many there were.
        case end(sent: UInt64)
    }

    /// The least bytes of one.
    public static let smallest = 16

    private var bytes: [UInt8]

    /// A message of a size, at least ``smallest``.
    public init(size: Int) {
        bytes = [UInt8](repeating: UInt8(ascii: "."), count: max(size, Self.smallest))
    }

    /// The frame of some content.
    public mutating func frame(_ content: Content) -> Frame {
        switch content {
        case .update(let number, let sent): write(number, sent)
        case .end(let sent): write(.max, sent)
        }
        return bytes.withUnsafeBytes { Frame(copying: $0) }
    }

    private mutating func write(_ first: UInt64, _ second: UInt64) {
        bytes.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: first.littleEndian, as: UInt64.self)
            bytes.storeBytes(of: second.littleEndian, toByteOffset: 8, as: UInt64.self)
        }
    }

    /// Reads a frame; nil for one that is too short.
    public static func content(of frame: Frame) -> Content? {
        frame.withUnsafeBytes { bytes in
            guard bytes.count >= smallest else { return nil }
            let first = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
            let second = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            return first == .max ? .end(sent: second) : .update(number: first, sent: second)
        }
    }
}
