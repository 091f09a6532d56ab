import CSystemSupport

/// The port at this end of a socket.
package enum LocalPort {
    /// The port of a descriptor; nil for what is no socket over IPv4, or is closed.
    package static func number(of descriptor: Int32) -> UInt16? {
        UInt16(exactly: csystem_local_port(descriptor))
    }
}
