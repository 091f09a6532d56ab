import CZMQ

#if canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The kernel's list of descriptors to watch (`epoll`), each with a token that comes back when it becomes readable.
///
/// Descriptors are watched edge-triggered, as `ZMQ_FD` is: an edge says "look again", nothing else.
struct ReadinessQueue: ~Copyable, Sendable {
    /// The token under which the wake descriptor reports; real tokens begin at 1.
    static let wakeToken: UInt64 = 0

    private let descriptor: Int32
    private let wake: WakeDescriptor

    init() throws(ZMQError) {
        let wake = try WakeDescriptor()
        let list = czmq_epoll_create()
        guard list >= 0, czmq_epoll_watch(list, wake.number, Self.wakeToken) == 0 else {
            let error = ZMQError(code: .init(rawValue: errno), operation: "create a list of watched descriptors")
            if list >= 0 { close(list) }
            throw error
        }
        descriptor = list
        self.wake = wake
    }

    deinit {
        let code = close(descriptor)
        assert(code == 0, "closing an epoll failed with errno \(errno)")
    }

    /// Watches a descriptor. Its present readiness counts as an edge.
    func add(_ watched: Int32, token: UInt64) throws(ZMQError) {
        guard czmq_epoll_watch(descriptor, watched, token) == 0 else {
            throw ZMQError(code: .init(rawValue: errno), operation: "watch a descriptor")
        }
    }

    /// Stops watching a descriptor, which must still be open.
    func remove(_ watched: Int32) {
        let code = czmq_epoll_unwatch(descriptor, watched)
        assert(code == 0, "unwatching descriptor \(watched) failed with errno \(errno)")
    }

    /// Ends a wait that is going on, or the next one at once.
    func interrupt() {
        wake.signal()
    }

    /// Waits and calls a closure with the token of each descriptor that has become readable.
    ///
    /// - Parameter timeout: nil waits without an end; zero does not wait.
    func wait(timeout: Duration?, report: (UInt64) -> Void) {
        let milliseconds: Int32 =
            if let timeout {
                timeout <= .zero ? 0 : Int32(clamping: timeout.wholeMilliseconds(rounded: .up))
            } else {
                -1
            }
        var tokens = InlineArray<64, UInt64>(repeating: 0)
        assert(tokens.count == CZMQ_EPOLL_BATCH)
        var span = tokens.mutableSpan
        let count = unsafe span.withUnsafeMutableBufferPointer {
            unsafe czmq_epoll_wait(descriptor, $0.baseAddress, milliseconds)
        }
        guard count >= 0 else {
            precondition(errno == EINTR, "epoll_wait failed with errno \(errno)")
            return
        }
        for index in 0..<Int(count) {
            let token = tokens[index]
            if token == Self.wakeToken { wake.clear() } else { report(token) }
        }
    }
}
