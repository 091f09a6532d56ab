import CZMQ

/// A `zmq_msg_t` that frames are received into one after the other, as making and closing one for each would take time.
///
/// Between two frames it is empty: what was received is either copied out or, when it is long, taken along.
@safe
struct ReceiveSlot: ~Copyable {
    private var raw = zmq_msg_t()
    /// The bytes of the frame received last, of which libzmq tells no more than fit into 31 bits.
    private(set) var count = 0
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

    /// Receives the next frame without waiting (`zmq_msg_recv`); false when that fails, for whatever reason.
    @inline(__always)
    mutating func receive(from socket: UnsafeMutableRawPointer) -> Bool {
        let received = unsafe zmq_msg_recv(&raw, socket, ZMQ_DONTWAIT)
        guard received >= 0 else { return false }
        count = Int(received)
        return true
    }

    /// Whether another frame of the same message follows.
    var hasMore: Bool {
        @inline(__always)
        mutating get { unsafe zmq_msg_more(&raw) == 1 }
    }

    /// What libzmq knows about where the frame came from that was received last; nil once a long frame was taken, which
    /// took it along, and where there is no property of that name.
    func property(_ name: String) -> String? { FrameProperty.value(of: name, in: raw) }

    /// Takes the frame out; once for each that was received.
    ///
    /// - Parameter frame: an empty one, whose place it takes. To return it would be to copy it, which takes longer than all
    ///   else that is done here.
    @inline(__always)
    mutating func take(into frame: inout Frame) {
        guard count <= copiedCount, let bytes = unsafe czmq_bytes_inside(&raw) else { return takeLater(into: &frame) }
        unsafe frame.small = SmallBytes(loading33BytesFrom: bytes, count: count)
    }

    @inline(never)
    private mutating func takeLater(into frame: inout Frame) {
        frame = count <= copiedCount ? copyFromOutside() : takeBuffer()
    }

    /// Copies what lies in the sender's own memory, over `inproc`: it is to have that back now, and not with the next frame.
    private mutating func copyFromOutside() -> Frame {
        let frame = unsafe Frame(copying: UnsafeRawBufferPointer(start: zmq_msg_data(&raw), count: count))
        // Of 33 bytes that came over a connection the memory is libzmq's, which knows more of them.
        if property(FrameMetadata.descriptorName) != nil { return frame }
        let code = unsafe zmq_msg_close(&raw)
        assert(code == 0, "zmq_msg_close failed with errno \(czmq_errno())")
        unsafe zmq_msg_init(&raw)
        return frame
    }

    private mutating func takeBuffer() -> Frame {
        // A short frame lies inside `zmq_msg_t`, whose address does not hold.
        guard count > SmallBytes.capacity else { return Frame(buffer: DescribedBuffer(taking: &raw, count: count)) }
        return Frame(buffer: ReceivedBuffer(taking: &raw))
    }
}
