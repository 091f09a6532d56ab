import CZMQ
import Glibc

/// A counter that the kernel keeps (`eventfd`), used to wake a thread that waits in `poll` or `epoll_wait`.
struct WakeDescriptor: ~Copyable, Sendable {
    let number: Int32

    init() throws(ZMQError) {
        let made = czmq_make_wake_descriptor()
        guard made >= 0 else { throw ZMQError(code: .init(rawValue: errno), operation: "create a wake descriptor") }
        number = made
    }

    deinit {
        let code = close(number)
        assert(code == 0, "closing wake descriptor \(number) failed with errno \(errno)")
    }

    /// Makes the descriptor readable.
    func signal() {
        Self.signal(number)
    }

    /// Makes a descriptor of this kind readable, while it is open.
    static func signal(_ number: Int32) {
        var one: UInt64 = 1
        while true {
            let written = unsafe write(number, &one, 8)
            // EAGAIN means that the counter is at its maximum: the descriptor is readable already.
            if written == 8 || errno == EAGAIN { return }
            precondition(errno == EINTR, "signalling a wake descriptor failed with errno \(errno)")
        }
    }

    /// Makes the descriptor unreadable again.
    func clear() {
        var count: UInt64 = 0
        while true {
            let length = unsafe read(number, &count, 8)
            if length == 8 || errno == EAGAIN { return }
            precondition(errno == EINTR, "clearing a wake descriptor failed with errno \(errno)")
        }
    }
}

/// Waiting for descriptors with `poll`.
enum DescriptorWait {
    /// Waits until one of the descriptors is readable or the time is over; negative descriptors are passed over.
    static func untilReadable(_ descriptors: (Int32, Int32, Int32), timeout: Duration?) throws(ZMQError) {
        let events = Int16(POLLIN)
        var entries = InlineArray<3, pollfd>(repeating: pollfd(fd: -1, events: events, revents: 0))
        entries[0].fd = descriptors.0
        entries[1].fd = descriptors.1
        entries[2].fd = descriptors.2
        let used: nfds_t = descriptors.2 >= 0 ? 3 : 2
        let milliseconds = timeout.map { Int32(clamping: Swift.max($0, .zero).wholeMilliseconds(rounded: .up)) } ?? -1
        var span = entries.mutableSpan
        let code = unsafe span.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, used, milliseconds) }
        // An interruption is a wake-up like any other: whoever waits looks again at what it waits for.
        guard code >= 0 || errno == EINTR else {
            throw ZMQError(code: .init(rawValue: errno), operation: "wait for a descriptor")
        }
    }

    /// Whether a descriptor is readable now.
    static func isReadable(_ descriptor: Int32) throws(ZMQError) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let count = unsafe poll(&entry, 1, 0)
            if count >= 0 { return count > 0 }
            guard errno == EINTR else {
                throw ZMQError(code: .init(rawValue: errno), operation: "look at a descriptor")
            }
        }
    }
}
