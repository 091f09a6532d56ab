import Glibc

/// Descriptors that a program hands over to be bound sockets.
enum ListeningDescriptor {
    /// Whether a descriptor is open and accepts connections.
    static func isOne(_ descriptor: Int32) -> Bool {
        var listens: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        let code = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length)
        return code == 0 && listens != 0
    }
}
