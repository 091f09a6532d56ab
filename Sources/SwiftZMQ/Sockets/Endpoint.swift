/// What libzmq takes without a word although it cannot be meant, or ends the process for.
enum Endpoint {
    /// Refuses a zero byte, at which C ends a text, and a TCP port above 65535, of which libzmq would keep the lower
    /// 16 bits.
    static func validate(_ endpoint: String, for operation: String) throws(ZMQError) {
        guard !endpoint.utf8.contains(0) else {
            throw ZMQError(
                code: .invalidArgument, operation: operation, endpoint: endpoint.replacing("\0", with: "\\0"),
                remedy: "an endpoint has no zero byte in it")
        }
        try validateNORM(endpoint, for: operation)
        guard endpoint.hasPrefix("tcp://"), let colon = endpoint.lastIndex(of: ":") else { return }
        let port = endpoint[endpoint.index(after: colon)...]
        guard !port.isEmpty, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), UInt16(port) == nil else { return }
        throw ZMQError(
            code: .invalidArgument, operation: operation, endpoint: endpoint, remedy: "a port is a number up to 65535"
        )
    }

    /// Refuses what libzmq 4.3.4 ends the process for: an address or interface of `norm` that there is not.
    private static func validateNORM(_ endpoint: String, for operation: String) throws(ZMQError) {
        guard endpoint.hasPrefix("norm://"), Capability.norm.isAvailable else { return }
        // [IDENTIFIER,][INTERFACE;]ADDRESS:PORT
        var rest = endpoint.dropFirst("norm://".count)
        if let comma = rest.firstIndex(of: ",") { rest = rest[rest.index(after: comma)...] }
        if let semicolon = rest.firstIndex(of: ";") {
            guard NetworkInterface.exists(String(rest[..<semicolon])) else {
                throw ZMQError(
                    code: .invalidArgument, operation: operation, endpoint: endpoint,
                    remedy: "there is no such network interface")
            }
            rest = rest[rest.index(after: semicolon)...]
        }
        let colon = rest.lastIndex(of: ":") ?? rest.endIndex
        guard IPAddress(String(rest[..<colon])) != nil, UInt16(rest[colon...].dropFirst()) != nil else {
            throw ZMQError(
                code: .invalidArgument, operation: operation, endpoint: endpoint,
                remedy: "it is written norm://ADDRESS:PORT or norm://INTERFACE;ADDRESS:PORT, with an IP address")
        }
    }
}
