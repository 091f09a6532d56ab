import CZMQ

/// Gives back the reference that libzmq held while it sent; called on any thread.
let releaseBuffer: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = { _, hint in
    guard let hint = unsafe hint else { return }
    unsafe Unmanaged<FrameBuffer>.fromOpaque(hint).release()
}

/// A received frame of more than 33 bytes, in the memory that libzmq received it into.
final class ReceivedBuffer: FrameBuffer, @unchecked Sendable {
    // The contents lie outside `zmq_msg_t`, so that their address stays the same wherever the struct is.
    // Nobody else has it when it is closed, which is all that ever changes it.
    @exclusivity(unchecked) private var raw: zmq_msg_t

    init(taking source: inout zmq_msg_t) {
        var target = zmq_msg_t()
        unsafe zmq_msg_init(&target)
        let code = unsafe zmq_msg_move(&target, &source)
        precondition(code == 0, "zmq_msg_move failed with errno \(czmq_errno())")
        let count = unsafe zmq_msg_size(&target)
        guard let start = unsafe zmq_msg_data(&target) else { preconditionFailure("a message without an address") }
        // Which contents libzmq keeps inside the struct is its own affair. Those of up to 33 bytes it does in the versions
        // known; were it to do so with longer ones, the address would dangle as soon as this function returns.
        let isInside = unsafe withUnsafeBytes(of: &target) { unsafe $0.contains(address: start) }
        precondition(!isInside, "libzmq keeps \(count) bytes inside zmq_msg_t: this version of it is not supported")
        unsafe raw = target
        unsafe super.init(start: UnsafeRawPointer(start), count: count)
    }

    override func property(_ name: String) -> String? { unsafe FrameProperty.value(of: name, in: raw) }

    override var isReceived: Bool { true }

    deinit {
        let code = unsafe zmq_msg_close(&raw)
        assert(code == 0, "zmq_msg_close failed with errno \(czmq_errno())")
    }
}

extension UnsafeRawBufferPointer {
    /// Whether an address lies within.
    fileprivate func contains(address: UnsafeMutableRawPointer) -> Bool {
        guard let start = baseAddress else { return false }
        return unsafe (start..<start + count).contains(UnsafeRawPointer(address))
    }
}
