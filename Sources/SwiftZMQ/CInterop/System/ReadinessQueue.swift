import CZMQ
import Glibc

/// The kernel's list of descriptors to watch (`epoll`), each with a token that comes back when it is ready.
///
/// It is itself a descriptor that becomes readable when it has something to report.
struct ReadinessQueue: ~Copyable, Sendable {
    /// The token under which the wake descriptor reports; real tokens begin at 1.
    static let wakeToken: UInt64 = 0

    let descriptor: Int32
    private let wake: WakeDescriptor

    /// - Parameter purpose: what an error says that could not be done.
    init(for purpose: String) throws(ZMQError) {
        let wake = try WakeDescriptor()
        let list = czmq_epoll_create()
        guard list >= 0, czmq_epoll_change(list, Int32(CZMQ_EPOLL_ADD), wake.number, ZMQ_POLLIN, 0, Self.wakeToken) == 0
        else {
            let error = ZMQError(code: .init(rawValue: errno), operation: purpose)
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

    /// Reports each time that a descriptor becomes readable, as that of a socket does (`ZMQ_FD`): an edge says "look
    /// again", nothing else. Its present readiness counts as one.
    ///
    /// - Parameter once: whether there is one report alone, until ``modify(_:token:once:)``.
    func add(_ watched: Int32, token: UInt64, once: Bool = false) throws(ZMQError) {
        try change(CZMQ_EPOLL_ADD, watched, .readable, once ? CZMQ_EPOLL_ONCE : CZMQ_EPOLL_EDGE, token)
    }

    /// Has a socket's descriptor reported again, or from now on always. Its present readiness counts.
    func modify(_ watched: Int32, token: UInt64, once: Bool) throws(ZMQError) {
        try change(CZMQ_EPOLL_MODIFY, watched, .readable, once ? CZMQ_EPOLL_ONCE : CZMQ_EPOLL_EDGE, token)
    }

    /// Reports a descriptor as long as it is ready for something.
    func add(_ watched: Int32, for interest: PollEvents, token: UInt64) throws(ZMQError) {
        try change(CZMQ_EPOLL_ADD, watched, interest, 0, token)
    }

    /// Changes what a descriptor is to be ready for.
    func modify(_ watched: Int32, for interest: PollEvents, token: UInt64) throws(ZMQError) {
        try change(CZMQ_EPOLL_MODIFY, watched, interest, 0, token)
    }

    /// Stops watching a descriptor, which must still be open.
    func remove(_ watched: Int32) {
        let code = czmq_epoll_change(descriptor, Int32(CZMQ_EPOLL_REMOVE), watched, 0, 0, 0)
        assert(code == 0, "unwatching descriptor \(watched) failed with errno \(errno)")
    }

    /// Stops watching a descriptor of the user's. One that was closed meanwhile is no longer watched anyway.
    func removeIfOpen(_ watched: Int32) {
        let code = czmq_epoll_change(descriptor, Int32(CZMQ_EPOLL_REMOVE), watched, 0, 0, 0)
        assert(code == 0 || errno == EBADF || errno == ENOENT, "unwatching a descriptor failed with errno \(errno)")
    }

    private func change(
        _ operation: Int, _ watched: Int32, _ interest: PollEvents, _ mode: UInt32, _ token: UInt64
    ) throws(ZMQError) {
        let code = czmq_epoll_change(
            descriptor, Int32(operation), watched, Int32(interest.rawValue), mode, token)
        guard code != 0 else { return }
        let number = errno
        let explanation = number == EPERM ? "it is a file or a folder, which is always ready" : nil
        throw ZMQError(
            code: .init(rawValue: number), operation: "watch descriptor \(watched)", explanation: explanation)
    }

    /// Ends a wait that is going on, or the next one at once.
    func interrupt() {
        wake.signal()
    }

    /// Waits and reports what has become ready: at most 64 at a time, in turn.
    ///
    /// - Parameter timeout: nil waits without an end; zero does not wait. A signal ends the wait, too.
    /// - Returns: whether there may be more to report. Whoever learns of this queue by an edge of its own descriptor must
    ///   then wait again before it sleeps, as no further edge tells of what is left.
    @discardableResult
    func wait(timeout: Duration?, report: (_ token: UInt64, _ events: PollEvents) -> Void) -> Bool {
        let milliseconds: Int32 =
            if let timeout {
                timeout <= .zero ? 0 : Int32(clamping: timeout.wholeMilliseconds(rounded: .up))
            } else {
                -1
            }
        var tokens = InlineArray<64, UInt64>(repeating: 0)
        var readiness = InlineArray<64, Int16>(repeating: 0)
        assert(tokens.count == CZMQ_EPOLL_BATCH)
        var tokenSpan = tokens.mutableSpan
        var readinessSpan = readiness.mutableSpan
        let count = unsafe tokenSpan.withUnsafeMutableBufferPointer { tokens in
            unsafe readinessSpan.withUnsafeMutableBufferPointer { readiness in
                unsafe czmq_epoll_wait(descriptor, tokens.baseAddress, readiness.baseAddress, milliseconds)
            }
        }
        guard count >= 0 else {
            precondition(errno == EINTR, "epoll_wait failed with errno \(errno)")
            return true
        }
        for index in 0..<Int(count) {
            let token = tokens[index]
            if token == Self.wakeToken {
                wake.clear()
            } else {
                report(token, PollEvents(rawValue: readiness[index]))
            }
        }
        return Int(count) == tokens.count
    }
}
