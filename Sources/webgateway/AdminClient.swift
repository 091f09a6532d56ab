import Gateway
import Glibc

/// Asks the administration listener of a gateway that runs, one request on a connection of its own.
struct AdminClient {
    /// What was answered.
    struct Answer {
        let status: Int
        let body: String
    }

    /// Nobody answers.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let address: ListenAddress
    /// How long an answer is waited for, in seconds.
    private static let patience = 30

    /// Sends a request without a body.
    func ask(_ method: String, _ path: String) throws(Failure) -> Answer {
        let descriptor = try connect()
        defer { close(descriptor) }
        var request = Array("\(method) \(path) HTTP/1.1\r\nhost: \(address)\r\nconnection: close\r\n\r\n".utf8)
        while !request.isEmpty {
            let count = send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(errno) }
            request.removeFirst(count)
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(errno == EAGAIN ? ETIMEDOUT : errno) }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let words = text.split(separator: " ", maxSplits: 2)
        guard text.hasPrefix("HTTP/1."), words.count == 3, let status = Int(words[1]),
            let end = text.firstRange(of: "\r\n\r\n")
        else { throw Failure(description: "--admin \(address): what listens there is no gateway's administration") }
        return Answer(status: status, body: String(text[end.upperBound...]))
    }

    private func connect() throws(Failure) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(address.host, "\(address.port)", &hints, &found)
        guard code == 0 else {
            throw Failure(description: "--admin \(address): \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(found) }
        var last = ECONNREFUSED
        var next = found
        while let candidate = next?.pointee {
            let type = candidate.ai_socktype | Int32(SOCK_CLOEXEC.rawValue)
            let descriptor = socket(candidate.ai_family, type, candidate.ai_protocol)
            guard descriptor >= 0 else { throw failure(errno) }
            var time = timeval(tv_sec: Self.patience, tv_usec: 0)
            for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
                setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
            }
            if Glibc.connect(descriptor, candidate.ai_addr, candidate.ai_addrlen) == 0 { return descriptor }
            last = errno
            close(descriptor)
            next = candidate.ai_next
        }
        throw failure(last)
    }

    private func failure(_ code: Int32) -> Failure {
        Failure(
            description:
                "--admin \(address): \(String(cString: strerror(code))); is it the address of a gateway that runs?")
    }
}
