import Glibc

/// A TCP connection of libzmq's, by the number of its descriptor, which is another's as soon as libzmq has closed it.
struct PeerConnection {
    /// Who is at the other end, as the system writes it.
    private let peer: [UInt8]

    /// Nil where the descriptor is no connection any more.
    init?(_ descriptor: Int32) {
        guard let peer = Self.peer(of: descriptor) else { return nil }
        self.peer = peer
    }

    /// The bytes that have arrived since it was opened (`tcpi_bytes_received`); nil where the descriptor is that of another
    /// by now, and for what is not TCP.
    func receivedBytes(through descriptor: Int32) -> UInt64? {
        guard Self.peer(of: descriptor) == peer else { return nil }
        // `struct tcp_info` of the kernel, which is longer than that of the C library.
        var words = [UInt64](repeating: 0, count: 32)
        var length = socklen_t(words.count * 8)
        guard getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &words, &length) == 0, length >= 136 else {
            return nil
        }
        return words[16]
    }

    /// Ends it, so that libzmq forgets the peer and what it has sent.
    func cut(_ descriptor: Int32) {
        guard Self.peer(of: descriptor) == peer else { return }
        // It fails where the connection has ended meanwhile.
        _ = shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private static func peer(of descriptor: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_storage>.size)
        var length = socklen_t(bytes.count)
        let code = bytes.withUnsafeMutableBytes { room in
            getpeername(descriptor, room.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        return code == 0 ? Array(bytes.prefix(Int(length))) : nil
    }
}
