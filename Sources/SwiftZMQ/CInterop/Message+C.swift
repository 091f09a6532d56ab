import CZMQ

extension Message {
    /// Takes the content of a received `zmq_msg_t`, which is closed or moved from afterwards.
    @inline(__always)
    init(taking raw: inout zmq_msg_t) {
        let count = unsafe zmq_msg_size(&raw)
        if count <= SmallBytes.capacity {
            let bytes = unsafe UnsafeRawBufferPointer(start: zmq_msg_data(&raw), count: count)
            unsafe self.init(small: SmallBytes(copying: bytes))
            // Closing a message that lies within `zmq_msg_t` frees nothing and cannot fail.
            unsafe zmq_msg_close(&raw)
        } else {
            self.init(buffer: ReceivedBuffer(taking: &raw))
        }
    }

    /// Makes a `zmq_msg_t` for sending: short contents are copied into it, long ones shared with it.
    @inline(__always)
    func initialize(_ raw: inout zmq_msg_t) throws(ZMQError) {
        guard let buffer else {
            let code = unsafe zmq_msg_init_size(&raw, Int(small.count))
            guard code == 0 else { throw CLibrary.lastError("send") }
            unsafe small.withUnsafeBytes { bytes in
                guard let source = bytes.baseAddress, let target = unsafe zmq_msg_data(&raw) else { return }
                unsafe target.copyMemory(from: source, byteCount: bytes.count)
            }
            return
        }
        // libzmq wants a mutable pointer but never writes through it: a message that is sent is only read.
        let start = unsafe UnsafeMutableRawPointer(mutating: buffer.start)
        let reference = unsafe Unmanaged<MessageBuffer>.passRetained(buffer)
        let code = unsafe zmq_msg_init_data(&raw, start, buffer.count, releaseBuffer, reference.toOpaque())
        guard code == 0 else {
            unsafe reference.release()
            throw CLibrary.lastError("send")
        }
    }
}

/// Gives back the reference that libzmq held while it sent; called on any thread.
private let releaseBuffer: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = { _, hint in
    guard let hint = unsafe hint else { return }
    unsafe Unmanaged<MessageBuffer>.fromOpaque(hint).release()
}

/// A received message of more than 33 bytes, in the memory that libzmq received it into.
final class ReceivedBuffer: MessageBuffer, @unchecked Sendable {
    // The content lies outside `zmq_msg_t`, so its address holds wherever this struct lies.
    private var raw: zmq_msg_t

    init(taking source: inout zmq_msg_t) {
        var target = zmq_msg_t()
        unsafe zmq_msg_init(&target)
        let code = unsafe zmq_msg_move(&target, &source)
        precondition(code == 0, "zmq_msg_move failed with errno \(czmq_errno())")
        let count = unsafe zmq_msg_size(&target)
        guard let start = unsafe zmq_msg_data(&target) else { preconditionFailure("a message without an address") }
        raw = target
        unsafe super.init(start: UnsafeRawPointer(start), count: count)
    }

    deinit {
        let code = unsafe zmq_msg_close(&raw)
        assert(code == 0, "zmq_msg_close failed with errno \(czmq_errno())")
    }
}
