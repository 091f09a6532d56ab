import WorkerProtocol

/// Who sent a request over the connection, and whether that is a proxy whose word on the client counts.
struct RequestPeer {
    /// The address as text; `unknown` where there is none.
    let text: String
    private let address: NetworkAddress?

    /// - Parameter ipAddress: the address in numbers; nil where there is none.
    init(ipAddress: String?) {
        text = ipAddress ?? "unknown"
        address = NetworkAddress(text)
    }

    /// Whether the peer is one of the proxies.
    func isAmong(_ proxies: [AddressBlock]) -> Bool {
        guard !proxies.isEmpty, let address else { return false }
        return proxies.contains { $0.contains(address) }
    }

    /// The address of the client that a proxy's `x-forwarded-for` fields tell: the last one in them that is none of a
    /// proxy, as only proxies may be believed; the first where all are.
    func client(behind proxies: [AddressBlock], in request: borrowing ParsedRequest) -> String {
        var client = text
        for field in request.fields.reversed() where field.meaning == .forwardedFor {
            for member in request.members(of: field).reversed() {
                // Nobody knows who is behind somebody whose address cannot be read.
                guard let address = NetworkAddress(forwarded: request.text(member)) else { return client }
                client = "\(address)"
                guard proxies.contains(where: { $0.contains(address) }) else { return client }
            }
        }
        return client
    }
}
