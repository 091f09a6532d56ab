import CZMQ

/// A `zmq_msg_t` that frames are received into one after the other, as making and closing one for each would take time.
@safe
struct ReceivingRoom: ~Copyable {
    private var raw = zmq_msg_t()
    /// The size of the frame, or some greater number than 33 if libzmq does not say.
    private var count = 0
    /// Up to how many bytes are copied out; longer frames keep the memory that libzmq received them into.
    private let copiedCount: Int

    /// - Parameter keepsMetadata: whether short frames, too, keep what libzmq knows about where they came from.
    init(keepsMetadata: Bool = false) {
        copiedCount = keepsMetadata ? -1 : SmallBytes.capacity
        unsafe zmq_msg_init(&raw)
    }

    deinit {
        var last = raw
        let code = unsafe zmq_msg_close(&last)
        assert(code == 0, "zmq_msg_close failed with errno \(czmq_errno())")
    }

    /// Receives the next frame without waiting (`zmq_msg_recv`); false when there is none.
    @inline(__always)
    mutating func receive(from socket: UnsafeMutableRawPointer) throws(ZMQError) -> Bool {
        while true {
            let received = unsafe zmq_msg_recv(&raw, socket, ZMQ_DONTWAIT)
            if received >= 0 {
                count = Int(received)
                return true
            }
            let code = czmq_errno()
            if code == EINTR { continue }
            guard code == EAGAIN else { throw CLibrary.lastError("receive") }
            return false
        }
    }

    /// Whether another frame of the same message follows.
    var hasMore: Bool {
        @inline(__always)
        mutating get { unsafe zmq_msg_more(&raw) == 1 }
    }

    /// What libzmq knows about where the frame came from that was received last; nil once a long frame was taken, which
    /// took it along, and where there is no property of that name.
    func property(_ name: String) -> String? { MessageProperty.value(of: name, in: raw) }

    /// Takes the frame out; once for each that was received.
    @inline(__always)
    mutating func takeFrame() -> Message {
        guard count <= copiedCount else { return takeBuffer() }
        let contents = unsafe czmq_copy_short(&raw, count)
        return Message(small: SmallBytes(contents.words, contents.last, count: count))
    }

    @inline(never)
    private mutating func takeBuffer() -> Message {
        // A short frame lies inside `zmq_msg_t`, whose address does not hold.
        guard count > SmallBytes.capacity else { return Message(buffer: DescribedBuffer(taking: &raw, count: count)) }
        return Message(buffer: ReceivedBuffer(taking: &raw))
    }
}
