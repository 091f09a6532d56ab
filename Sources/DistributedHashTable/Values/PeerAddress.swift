/// Where a node can be reached: an IP address, a port, and the key by which it is recognized, if it has one.
public struct PeerAddress: Hashable, Sendable {
    /// The address.
    public let host: IPAddress
    /// The public key of CURVE; ``PublicKey/none`` without encryption.
    public let key: PublicKey
    /// The port, 1 to 65535.
    public let port: UInt16

    /// An address by its parts.
    public init(host: IPAddress, port: UInt16, key: PublicKey = .none) {
        self.host = host
        self.key = key
        self.port = port
    }

    /// Reads `tcp://ADDRESS:PORT` with an address in numbers, of IPv6 in brackets; nil for anything else.
    public init?(endpoint: some StringProtocol, key: PublicKey = .none) {
        guard endpoint.hasPrefix("tcp://"), let colon = endpoint.lastIndex(of: ":") else { return nil }
        let digits = endpoint[endpoint.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits),
            port > 0
        else { return nil }
        var host = endpoint.dropFirst(6)[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard let host = IPAddress(String(host)) else { return nil }
        self.init(host: host, port: port, key: key)
    }

    /// `tcp://ADDRESS:PORT`, as sockets take it.
    public var endpoint: String { host.isIPv4 ? "tcp://\(host):\(port)" : "tcp://[\(host)]:\(port)" }

    /// Where a connection to it leads: to this machine, if it stands for any address. Nobody else could be told of that one.
    var destination: PeerAddress {
        host.isUnspecified ? PeerAddress(host: host.isIPv4 ? .loopback : .loopbackOfIPv6, port: port, key: key) : self
    }

    /// Where somebody is reached who says this of itself through a connection from a host: there, if it listens at any address.
    func reached(from host: IPAddress) -> PeerAddress {
        self.host.isUnspecified ? PeerAddress(host: host, port: port, key: key) : self
    }
}

extension PeerAddress: CustomStringConvertible {
    /// `tcp://ADDRESS:PORT`.
    public var description: String { endpoint }
}
