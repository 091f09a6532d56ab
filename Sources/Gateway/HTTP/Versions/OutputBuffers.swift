import NIOCore

/// Memory that the responses of one event loop are written into: the same again and again, as long as the kernel takes
/// them at once. Used on that loop alone.
final class OutputBuffers {
    @exclusivity(unchecked) private var spare = ByteBuffer()

    /// An empty buffer with some room.
    func take(minimumCapacity: Int) -> ByteBuffer {
        guard spare.storageCapacity >= minimumCapacity else {
            return ByteBufferAllocator().buffer(capacity: minimumCapacity)
        }
        spare.clear()
        var buffer = ByteBuffer()
        swap(&buffer, &spare)
        return buffer
    }

    /// Gives a buffer back that may still be waiting to be written.
    func giveBack(_ buffer: consuming ByteBuffer) {
        if buffer.storageCapacity <= 64 << 10 { spare = buffer }
    }
}
