import CZMQ
import Glibc

/// A short received message, copied, together with the `zmq_msg_t` that knows where it came from.
final class DescribedBuffer: FrameBuffer, @unchecked Sendable {
    // `@unchecked` because `zmq_msg_t` is not Sendable. It is a constant, of which copies alone are handed to libzmq: to read
    // properties that never change, and once to close it, when nobody else has it.
    private let raw: zmq_msg_t

    init(taking source: inout zmq_msg_t, count: Int) {
        var target = zmq_msg_t()
        unsafe zmq_msg_init(&target)
        let code = unsafe zmq_msg_move(&target, &source)
        precondition(code == 0, "zmq_msg_move failed with errno \(czmq_errno())")
        let memory = unsafe Self.memory(count)
        if count > 0, let start = unsafe zmq_msg_data(&target) {
            unsafe memory.copyMemory(from: UnsafeRawBufferPointer(start: start, count: count))
        }
        raw = target
        unsafe super.init(start: UnsafeRawPointer(memory.baseAddress.unsafelyUnwrapped), count: count)
    }

    override func property(_ name: String) -> String? { FrameProperty.value(of: name, in: raw) }

    override var isReceived: Bool { true }

    deinit {
        var last = raw
        let code = unsafe zmq_msg_close(&last)
        assert(code == 0, "zmq_msg_close failed with errno \(czmq_errno())")
        unsafe free(UnsafeMutableRawPointer(mutating: start))
    }
}

/// Reading what libzmq knows about a received message.
enum FrameProperty {
    /// The value of a property (`zmq_msg_gets`); nil where the message has none of that name.
    static func value(of name: String, in raw: zmq_msg_t) -> String? {
        // A copy of the struct serves: the properties lie elsewhere and are never changed, so that any thread may read.
        var copy = raw
        guard let text = unsafe zmq_msg_gets(&copy, name) else { return nil }
        return unsafe String(cString: text)
    }
}
