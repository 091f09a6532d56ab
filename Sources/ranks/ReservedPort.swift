import CommandExecution
import Glibc

/// A port of this machine that nobody else is given: bound, and not listened at, so that whoever is told of it can bind it.
struct ReservedPort: ~Copyable {
    let number: UInt16
    private let descriptor: Int32

    /// - Parameter isLoopback: whether it is for this machine alone.
    init(isLoopback: Bool) throws(CommandFailure) {
        let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard made >= 0 else { throw CommandFailure("a socket", errno) }
        // libzmq sets it, too, and then both may bind the port as long as only one listens.
        var yes: Int32 = 1
        setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = (isLoopback ? UInt32(0x7F00_0001) : 0).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let size = length
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(made, address, size) == 0 ? getsockname(made, address, &length) : -1
            }
        }
        guard code == 0 else {
            let code = errno
            close(made)
            throw CommandFailure("a port for the rendezvous", code)
        }
        descriptor = made
        number = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}
