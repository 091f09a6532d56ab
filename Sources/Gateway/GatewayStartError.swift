import Glibc
import NIOCore
import SwiftZMQ

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

    init(_ mistake: TLSCredentials.Mistake) {
        description = "--\(mistake.setting) '\(mistake.value)': \(mistake.reason)"
    }

    init(address: ListenAddress, option: String, error: any Error) {
        let remedy =
            switch error {
            case let error as IOError:
                switch error.errnoCode {
                case EADDRINUSE:
                    "the address is in use: stop the other program, or choose another with \(option) HOST:PORT"
                case EADDRNOTAVAIL: "the address is not one of this machine's"
                case EACCES: "ports below 1024 need more rights than this process has"
                default: String(cString: strerror(error.errnoCode))
                }
            case is SocketAddressError, is SocketAddressError.UnknownHost:
                "no address is known for this host: name one of this machine's addresses"
            default: "\(error)"
            }
        description = "cannot listen on \(address.url): \(remedy)"
    }
}
