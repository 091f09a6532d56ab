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
    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host.hasPrefix("127.") || host == "[::1]"
    }

    /// Whether a host of an endpoint is an address of IPv6, which stands in brackets there.
    static func isIPv6(_ host: String) -> Bool { host.hasPrefix("[") }

    /// The address of this machine by which it reaches another, which reaches it by the same, as an endpoint has it; nil where
    /// there is no way. It is one of IPv6 only where there is no way by IPv4.
    static func own(towards host: String) -> String? {
        let name = isIPv6(host) ? String(host.dropFirst().dropLast()) : host
        return own(towards: name, AF_INET) ?? own(towards: name, AF_INET6).map { "[\($0)]" }
    }

    private static func own(towards name: String, _ family: Int32) -> String? {
        var hints = addrinfo()
        hints.ai_family = family
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        // Any port will do: nothing is sent.
        guard getaddrinfo(name, "9", &hints, &found) == 0, let found else { return nil }
        defer { freeaddrinfo(found) }
        let descriptor = socket(family, hints.ai_socktype, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard connect(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else { return nil }
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                getsockname(descriptor, address, &length) == 0 ? text(of: address, length) : nil
            }
        }
    }

    private static func text(of address: UnsafePointer<sockaddr>, _ length: socklen_t) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let code = getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        guard code == 0 else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
