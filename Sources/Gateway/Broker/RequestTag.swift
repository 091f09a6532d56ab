import SwiftZMQ

/// The opaque frame that names a request to a worker, and by which the worker's reply finds it.
///
/// It holds the whole of the ``RequestID`` and the number of the attempt, and so never names another request; and the
/// request's slot, so that it is found without hashing.
struct RequestTag: Hashable {
    let slot: UInt32
    let attempt: UInt16
    let loop: UInt16
    let number: UInt64

    private static let size = 16

    init(slot: Int, id: RequestID, sequence: UInt64) {
        self.slot = UInt32(truncatingIfNeeded: slot)
        attempt = UInt16(truncatingIfNeeded: sequence)
        loop = id.loop
        number = id.number
    }

    /// Reads a frame; nil where it was not made by ``frame``.
    init?(_ frame: Frame) {
        guard frame.count == Self.size else { return nil }
        self = frame.withUnsafeBytes { bytes in
            RequestTag(
                slot: bytes.loadUnaligned(as: UInt32.self),
                attempt: bytes.loadUnaligned(fromByteOffset: 4, as: UInt16.self),
                loop: bytes.loadUnaligned(fromByteOffset: 6, as: UInt16.self),
                number: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
    }

    private init(slot: UInt32, attempt: UInt16, loop: UInt16, number: UInt64) {
        self.slot = slot
        self.attempt = attempt
        self.loop = loop
        self.number = number
    }

    var frame: Frame {
        Frame(writingUpTo: Self.size) { output in
            output.append(slot, as: UInt32.self)
            output.append(attempt, as: UInt16.self)
            output.append(loop, as: UInt16.self)
            output.append(number, as: UInt64.self)
        }
    }
}
