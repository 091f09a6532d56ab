import Glibc

extension PeerAddress {
    /// A host's name could not be turned into an address.
    public struct Unresolved: Error, Hashable, Sendable, CustomStringConvertible {
        /// The endpoint, the reason and the remedy.
        public let description: String
    }

    /// The address of an endpoint, whose host may be a name: the first address that the system knows for it.
    ///
    /// It blocks while the system asks for the name.
    ///
    /// - Parameters:
    ///   - endpoint: `tcp://HOST:PORT`.
    ///   - key: the public key of the node there, if it has one.
    public static func resolve(_ endpoint: String, key: PublicKey = .none) throws(Unresolved) -> PeerAddress {
        if let address = PeerAddress(endpoint: endpoint, key: key) { return address }
        guard endpoint.hasPrefix("tcp://"), let colon = endpoint.lastIndex(of: ":") else {
            throw Unresolved(description: "\(endpoint): nodes are reached by tcp://HOST:PORT")
        }
        let port = endpoint[endpoint.index(after: colon)...]
        let host = String(endpoint.dropFirst(6)[..<colon])
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &found)
        defer { if let found { freeaddrinfo(found) } }
        guard code == 0, let first = found else {
            throw Unresolved(description: "\(endpoint): \(String(cString: gai_strerror(code))); check the host's name")
        }
        var text = [CChar](repeating: 0, count: 64)
        getnameinfo(first.pointee.ai_addr, first.pointee.ai_addrlen, &text, 64, nil, 0, NI_NUMERICHOST)
        let numbers = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard
            let address = PeerAddress(
                endpoint: numbers.contains(":") ? "tcp://[\(numbers)]:\(port)" : "tcp://\(numbers):\(port)", key: key)
        else { throw Unresolved(description: "\(endpoint): a port from 1 to 65535 is needed") }
        return address
    }
}
