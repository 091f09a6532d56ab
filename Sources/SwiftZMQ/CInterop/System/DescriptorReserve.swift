import CZMQ
import Glibc

/// Looks whether the process may open further descriptors before libzmq needs them: in some places it ends the process
/// when it gets none.
///
/// Another thread may take them between the look and the use. It is a guard against running out slowly, not a promise.
enum DescriptorReserve {
    /// The most that binding or connecting takes before libzmq is able to report that there are none.
    static let forAnEndpoint = 4

    /// What observing a socket takes: one for each end of the connection that events come by.
    static let forMonitor = 2

    /// What the first socket of a context takes: a list of descriptors and a wake descriptor for each thread that reads
    /// and writes, for the one that closes sockets, and for the end of the context; and the socket's own.
    static func forFirstSocket(ioThreads: Int) -> Int { 2 * ioThreads + 6 }

    static func require(_ count: Int, for operation: String) throws(ZMQError) {
        var reserved: [Int32] = []
        reserved.reserveCapacity(count)
        defer { for descriptor in reserved { close(descriptor) } }
        for _ in 0..<count {
            let descriptor = czmq_make_wake_descriptor()
            guard descriptor >= 0 else {
                throw ZMQError(
                    code: .init(rawValue: errno), operation: operation,
                    explanation: "raise the process's limit of open files (ulimit -n)")
            }
            reserved.append(descriptor)
        }
    }
}
