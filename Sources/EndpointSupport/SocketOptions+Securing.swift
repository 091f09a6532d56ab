package import SwiftZMQ

extension SocketOptions {
    /// Secures the socket, if it is to be.
    ///
    /// - Parameter security: how; nil leaves it as it is.
    package mutating func secure(by security: SocketSecurity?) {
        if let security { self.security = security }
    }
}
