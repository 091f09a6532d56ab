import Glibc

/// The addresses of endpoints.
enum HostAddress {
    /// The host and the port of `tcp://HOST:PORT`; nil for anything else.
    static func parts(of endpoint: String) -> (host: String, port: String)? {
        guard endpoint.hasPrefix("tcp://") else { return nil }
        let address = endpoint.dropFirst(6)
        guard let colon = address.lastIndex(of: ":"), colon > address.startIndex else { return nil }
        return (String(address[..<colon]), String(address[address.index(after: colon)...]))
    }

    /// Whether nobody on another machine can be there.
    static func isLoopback(_ host: String) -> Bool { host == "localhost" || host.hasPrefix("127.") }

    /// The address of this machine by which it reaches another, which reaches it by the same; nil where there is no way.
    static func own(towards host: String) -> String? {
        var hints = addrinfo()
        hints.ai_family = AF_INET
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        // Any port will do: nothing is sent.
        guard getaddrinfo(host, "9", &hints, &found) == 0, let found else { return nil }
        defer { freeaddrinfo(found) }
        let descriptor = socket(AF_INET, hints.ai_socktype, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard connect(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else { return nil }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard code == 0 else { return nil }
        let bytes = withUnsafeBytes(of: address.sin_addr.s_addr) { Array($0) }
        return bytes.map(String.init).joined(separator: ".")
    }
}
