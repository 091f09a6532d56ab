/// What libzmq takes without a word although it cannot be meant.
enum Endpoint {
    /// Refuses a TCP port above 65535, of which libzmq would keep the lower 16 bits.
    static func validate(_ endpoint: String, for operation: String) throws(ZMQError) {
        guard endpoint.hasPrefix("tcp://"), let colon = endpoint.lastIndex(of: ":") else { return }
        let port = endpoint[endpoint.index(after: colon)...]
        guard !port.isEmpty, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), UInt16(port) == nil else { return }
        throw ZMQError(
            code: .invalidArgument, operation: operation, endpoint: endpoint, remedy: "a port is a number up to 65535"
        )
    }
}
