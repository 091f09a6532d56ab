import NIOCore
import WorkerProtocol

/// Who sent a request over the connection, and whether that is a proxy whose word on the client counts.
struct RequestPeer {
    /// The address as text; `unknown` where there is none.
    let text: String
    private let address: NetworkAddress?

    init(_ address: SocketAddress?) {
        text = address?.ipAddress ?? "unknown"
        self.address = NetworkAddress(text)
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
        let bytes = request.bytes.readableBytesUInt8Span
        for field in request.fields.reversed() where field.meaning == .forwardedFor {
            var members: [Range<Int>] = []
            ASCII.forEachMember(of: field.value, in: bytes) { if !$0.isEmpty { members.append($0) } }
            for member in members.reversed() {
                // Nobody knows who is behind somebody whose address cannot be read.
                guard let address = NetworkAddress(forwarded: request.text(member)) else { return client }
                client = "\(address)"
                guard proxies.contains(where: { $0.contains(address) }) else { return client }
            }
        }
        return client
    }
}
