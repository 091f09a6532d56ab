import Foundation
import Glibc

/// A connection whose calls wait, for threads that do nothing else.
final class BlockingClient {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    struct Answer: Sendable {
        var status: Int
        var body: String
    }

    let descriptor: Int32
    private var received: [UInt8] = []

    /// Connects to a port of this machine; no call waits longer than `timeout` seconds.
    convenience init(port: Int, timeout: Int = 60, receiveBuffer: Int32? = nil) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        try self.init(address, AF_INET, timeout, receiveBuffer)
    }

    /// Connects to a socket that has a name in the file system.
    convenience init(path: String, timeout: Int = 60) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw Failure(description: "\(path) is too long")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        try self.init(address, AF_UNIX, timeout, nil)
    }

    private init<Address>(_ address: Address, _ family: Int32, _ timeout: Int, _ receiveBuffer: Int32?) throws {
        descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(description: "no socket: errno \(errno)") }
        var time = timeval(tv_sec: timeout, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        let status = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        guard status == 0 else { throw Failure(description: "cannot connect: errno \(errno)") }
    }

    deinit { close(descriptor) }

    func write(_ text: String) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure(description: "cannot send: errno \(errno)") }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Reads what is there, up to a number of bytes; 0 at the end.
    func read(into buffer: inout [UInt8]) throws -> Int {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw Failure(description: "cannot receive: errno \(errno)") }
        return count
    }

    /// Sends a request and waits for its answer, which has a `content-length`.
    func ask(_ method: String, _ target: String, _ fields: [String] = []) throws -> Answer {
        try write((["\(method) \(target) HTTP/1.1", "host: localhost"] + fields + ["", ""]).joined(separator: "\r\n"))
        return try answer()
    }

    func answer() throws -> Answer {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            if let answer = takeAnswer() { return answer }
            let count = try read(into: &buffer)
            guard count > 0 else { throw Failure(description: "the connection ended before the answer") }
            received += buffer[..<count]
        }
    }

    private func takeAnswer() -> Answer? {
        let end = Array("\r\n\r\n".utf8)
        guard received.count > 4,
            let headEnd = (0...received.count - 4).first(where: { received[$0..<$0 + 4].elementsEqual(end) })
        else { return nil }
        let lines = String(decoding: received[..<headEnd], as: UTF8.self).split(separator: "\r\n")
        let status = lines.first.flatMap { Int($0.dropFirst(9).prefix(3)) } ?? 0
        let length = lines.dropFirst().compactMap { line -> Int? in
            line.lowercased().hasPrefix("content-length:") ? Int(line.dropFirst(15).drop { $0 == " " }) : nil
        }
        let bodyEnd = headEnd + 4 + (length.first ?? 0)
        guard received.count >= bodyEnd else { return nil }
        let body = String(decoding: received[(headEnd + 4)..<bodyEnd], as: UTF8.self)
        received.removeFirst(bodyEnd)
        return Answer(status: status, body: body)
    }
}
