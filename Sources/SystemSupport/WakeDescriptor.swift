import CSystemSupport
import Glibc

/// A counter that the kernel keeps (`eventfd`), used to wake a thread that waits for descriptors.
package struct WakeDescriptor: ~Copyable, Sendable {
    package let number: Int32

    package init() throws(SystemError) {
        let made = csystem_make_wake_descriptor()
        guard made >= 0 else { throw SystemError(number: errno, operation: "create a wake descriptor") }
        number = made
    }

    deinit {
        let code = close(number)
        assert(code == 0, "closing wake descriptor \(number) failed with errno \(errno)")
    }

    /// Makes the descriptor readable.
    package func signal() {
        var one: UInt64 = 1
        while true {
            let written = unsafe write(number, &one, 8)
            // EAGAIN means that the counter is at its maximum: the descriptor is readable already.
            if written == 8 || errno == EAGAIN { return }
            precondition(errno == EINTR, "signalling a wake descriptor failed with errno \(errno)")
        }
    }

    /// Makes the descriptor unreadable again.
    package func clear() {
        var count: UInt64 = 0
        while true {
            let length = unsafe read(number, &count, 8)
            if length == 8 || errno == EAGAIN { return }
            precondition(errno == EINTR, "clearing a wake descriptor failed with errno \(errno)")
        }
    }
}
