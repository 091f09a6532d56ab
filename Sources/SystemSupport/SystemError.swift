import Glibc

/// A system call that failed.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The error number of the system (`errno`).
    package let number: Int32

    /// What was tried.
    package let operation: String

    package init(number: Int32, operation: String) {
        self.number = number
        self.operation = operation
    }

    package var description: String { "\(operation): \(unsafe String(cString: strerror(number)))" }
}
