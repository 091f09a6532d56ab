import SwiftZMQ

/// What stands before the data of each message: 32 bytes, which a frame holds without an allocation.
struct Header: Hashable, Sendable {
    /// The communicator that the message belongs to.
    var communicator: UInt64
    /// Which collective operation of the communicator it belongs to, counted from 1; 0 for a message between two ranks. 48
    /// bits of it travel, which last for 89 years of 100,000 operations a second.
    var sequence: UInt64 = 0
    /// The tag, or the round of a collective operation.
    var position: Int32
    /// What the sender called, for a collective operation; with operation 0, the type of what is sent.
    var operation: UInt8 = 0
    var elementType: UInt8 = 0
    var reduction: UInt8 = 0
    var root: Int16 = -1
    var count: Int64 = 0

    static let byteCount = 32
}

extension Header {
    /// Of a message between two ranks.
    init(communicator: UInt64, tag: Int32, _ elementType: ElementType) {
        self.init(communicator: communicator, position: tag, elementType: elementType.rawValue)
    }

    /// Of a message of a collective operation.
    init(communicator: UInt64, sequence: UInt64, round: Int, _ call: CollectiveCall) {
        self.init(
            communicator: communicator, sequence: sequence, position: Int32(clamping: round),
            operation: call.operation.rawValue, elementType: call.elementType, reduction: call.reduction,
            root: call.root.map { Int16(clamping: $0) } ?? -1, count: Int64(call.count))
    }

    /// What the sender called; nil for a message between two ranks.
    var call: CollectiveCall? {
        CollectiveCall.Operation(rawValue: operation).map {
            CollectiveCall(
                operation: $0, reduction: reduction, elementType: elementType, root: root < 0 ? nil : Int(root),
                count: Int(count))
        }
    }
}

extension Header {
    /// As it travels, in the byte order of the processor.
    var frame: Frame {
        Frame(writingUpTo: Self.byteCount) { output in
            output.append(communicator, as: UInt64.self)
            output.append(count, as: Int64.self)
            output.append(UInt32(truncatingIfNeeded: sequence), as: UInt32.self)
            output.append(position, as: Int32.self)
            output.append(root, as: Int16.self)
            output.append(UInt16(truncatingIfNeeded: sequence >> 32), as: UInt16.self)
            for byte in [operation, elementType, reduction, 0] { output.append(byte, as: UInt8.self) }
        }
    }

    /// Reads one; nil for anything else.
    init?(_ frame: Frame) {
        let bytes = frame.bytes
        guard bytes.byteCount == Self.byteCount else { return nil }
        communicator = bytes.unsafeLoadUnaligned(as: UInt64.self)
        count = bytes.unsafeLoadUnaligned(fromByteOffset: 8, as: Int64.self)
        let low = bytes.unsafeLoadUnaligned(fromByteOffset: 16, as: UInt32.self)
        position = bytes.unsafeLoadUnaligned(fromByteOffset: 20, as: Int32.self)
        root = bytes.unsafeLoadUnaligned(fromByteOffset: 24, as: Int16.self)
        let high = bytes.unsafeLoadUnaligned(fromByteOffset: 26, as: UInt16.self)
        sequence = UInt64(high) << 32 | UInt64(low)
        operation = bytes.unsafeLoadUnaligned(fromByteOffset: 28, as: UInt8.self)
        elementType = bytes.unsafeLoadUnaligned(fromByteOffset: 29, as: UInt8.self)
        reduction = bytes.unsafeLoadUnaligned(fromByteOffset: 30, as: UInt8.self)
    }
}
