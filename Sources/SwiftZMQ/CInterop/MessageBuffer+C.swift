import CZMQ

/// Gives back the reference that libzmq held while it sent; called on any thread.
let releaseBuffer: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = { _, hint in
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

    override func property(_ name: String) -> String? { MessageProperty.value(of: name, in: raw) }

    deinit {
        let code = unsafe zmq_msg_close(&raw)
        assert(code == 0, "zmq_msg_close failed with errno \(czmq_errno())")
    }
}
