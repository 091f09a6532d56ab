import NIOCore
import SwiftZMQ

extension Frame {
    /// The readable bytes of a buffer: short ones copied, long ones shared with it.
    init(_ buffer: ByteBuffer) {
        if buffer.readableBytes <= 4096 {
            self = buffer.withUnsafeReadableBytes { Frame(copying: $0) }
            return
        }
        self = buffer.withUnsafeReadableBytesWithStorageManagement { bytes, storage in
            // The retained storage keeps the address valid, and the buffer copies itself before anyone writes to
            // memory that it shares. An unmanaged reference is a plain pointer; counting is thread-safe.
            nonisolated(unsafe) let storage = storage.retain()
            return Frame(handingOver: bytes) { _ in storage.release() }
        }
    }
}
