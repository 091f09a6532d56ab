import Glibc
import Testing

/// A TCP connection to a port of this machine, byte for byte as a test wants it. It blocks, within a deadline: whoever
/// uses it has a thread for that.
final class RawSocket {
    /// Something about the connection itself went wrong.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What a wait ended with.
    enum Readiness {
        case readable
        case writable
        case late
    }

    /// What reading brought.
    enum Received {
        case bytes([UInt8])
        case nothingYet
        case end
    }

    private let descriptor: Int32
    private var isOpen = true
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    /// Connects. The size of the receive buffer stands before the connection is made, as the window depends on it.
    init(port: Int, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(description: "no socket: errno \(errno)") }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        address.sin_addr = in_addr(s_addr: in_addr_t(0x7F00_0001).bigEndian)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Failure(description: "no connection to port \(port): errno \(errno)") }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    deinit {
        end()
    }

    /// Waits until there is something to read or, if wanted, room to write.
    func wait(until deadline: ContinuousClock.Instant, writing: Bool) -> Readiness {
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return .late }
            let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN | (writing ? POLLOUT : 0)), revents: 0)
            let count = poll(&wanted, 1, Int32(clamping: milliseconds + 1))
            if count > 0 { return Int32(wanted.revents) & ~POLLOUT != 0 ? .readable : .writable }
        }
    }

    /// Reads what is there.
    func read(atMost count: Int = 1 << 16) -> Received {
        let received = recv(descriptor, &buffer, min(count, buffer.count), 0)
        if received > 0 { return .bytes(Array(buffer[..<received])) }
        if received < 0, errno == EAGAIN || errno == EINTR { return .nothingYet }
        return .end
    }

    /// Writes what there is room for, and returns how much that was; nil if the other side is gone.
    func write(_ bytes: ArraySlice<UInt8>) -> Int? {
        let sent = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if sent >= 0 { return sent }
        return errno == EAGAIN || errno == EINTR ? 0 : nil
    }

    /// Says that nothing more will be written.
    func endOutput() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Ends the connection, by a reset if wanted.
    func end(byReset: Bool = false) {
        guard isOpen else { return }
        isOpen = false
        if byReset {
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
        close(descriptor)
    }
}

extension RawSocket {
    /// Sends bytes on many connections, one after the other, and resets each: at once, or when something comes back.
    static func resetMany(to port: Int, after bytes: [UInt8]) async throws {
        try await HTTP2Gateway.onThread {
            for number in 0..<30 {
                let socket = try RawSocket(port: port)
                #expect(socket.write(bytes[...]) == bytes.count)
                if number.isMultiple(of: 2) {
                    #expect(socket.wait(until: .now + HTTP2Client.patience, writing: false) == .readable)
                }
                socket.end(byReset: true)
            }
        }
    }
}
