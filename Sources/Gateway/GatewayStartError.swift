import NIOCore
import SwiftZMQ

#if canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Why a gateway cannot start: the address, what is wrong with it, and what to do.
public struct GatewayStartError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One line.
    public let description: String

    init(_ description: String) {
        self.description = description
    }

    init(worker error: ZMQError) {
        description = "cannot open the workers' endpoint: \(error)"
    }

    init(addresses: [ListenAddress], option: String, error: IOError) {
        let names = addresses.map { "http://\($0)" }.joined(separator: ", ")
        let remedy =
            switch error.errnoCode {
            case EADDRINUSE: "the address is in use: stop the other program, or choose another with \(option) HOST:PORT"
            case EADDRNOTAVAIL: "the address is not one of this machine's"
            case EACCES: "ports below 1024 need more rights than this process has"
            default: String(cString: strerror(error.errnoCode))
            }
        description = "cannot listen on \(names): \(remedy)"
    }
}
