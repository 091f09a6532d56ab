/// Refuses endpoints that are certainly mistakes although libzmq accepts them, and those for which it ends the process.
///
/// libzmq reads a port with C's `atoi`, which stops at the first character that is no digit, and keeps the lower 16 bits. It
/// reads the address to connect to only in the background, where a mistake makes it try for ever without an error.
enum Endpoint {
    /// What the endpoint is for, which decides what may be left open in it.
    enum Use {
        /// A wildcard stands for any free port, and for all interfaces.
        case binding
        /// There must be a host and a port.
        case connecting
        /// The name of what was bound or connected before.
        case ending
    }

    static func validate(_ endpoint: String, for operation: String, _ use: Use) throws(ZMQError) {
        if let explanation = mistake(in: endpoint, use) {
            throw ZMQError(
                code: .invalidArgument, operation: operation, endpoint: endpoint.replacing("\0", with: "\\0"),
                explanation: explanation)
        }
    }

    /// What is wrong with an endpoint, in words; nil when nothing is, or libzmq itself says so.
    static func mistake(in endpoint: String, _ use: Use) -> String? {
        // C ends a text there.
        guard !endpoint.utf8.contains(0) else { return "an endpoint has no zero byte in it" }
        guard let colon = endpoint.firstRange(of: "://") else { return nil }
        let address = endpoint[colon.upperBound...]
        // libzmq tells an empty address and an unknown transport by error numbers of their own.
        guard !address.isEmpty else { return nil }
        let transport = endpoint[..<colon.lowerBound]
        switch transport {
        case "tcp": return mistake(inTCP: address, use)
        case "ws", "wss":
            guard Capability(rawValue: String(transport)).isAvailable else { return nil }
            // The path begins at the first slash; a port stands before it.
            return mistake(inHostAndPort: address.prefix { $0 != "/" }, use)
        case "pgm", "epgm":
            guard Capability.pgm.isAvailable else { return nil }
            // An interface, and further groups, stand before the last group. No port is found by itself, for either side.
            let group = address.lastIndex(of: ";").map { address[address.index(after: $0)...] } ?? address
            return mistake(inHostAndPort: group, .connecting)
        case "norm" where Capability.norm.isAvailable: return mistake(inNORM: address)
        default: return nil
        }
    }

    /// `HOST:PORT`, or `SOURCE:PORT;HOST:PORT` to connect from a given address.
    private static func mistake(inTCP address: Substring, _ use: Use) -> String? {
        guard let semicolon = address.lastIndex(of: ";") else { return mistake(inHostAndPort: address, use) }
        return mistake(inHostAndPort: address[..<semicolon], .binding)
            ?? mistake(inHostAndPort: address[address.index(after: semicolon)...], use)
    }

    private static func mistake(inHostAndPort address: Substring, _ use: Use) -> String? {
        // The last colon, as those before it belong to an address of IPv6, whose brackets may be left out.
        guard let colon = address.lastIndex(of: ":") else { return "\(address) has no port: write HOST:PORT" }
        let host = address[..<colon]
        let port = address[address.index(after: colon)...]
        guard !host.isEmpty, host != "[]" else { return "there is no host before the port \(port)" }
        guard host.hasPrefix("[") == host.hasSuffix("]") else {
            return "the brackets of \(address) are not closed before its port"
        }
        if port == "*", use != .connecting { return nil }
        // No sign, blank or exponent, all of which the conversions of Swift or C would take.
        let isNumber = !port.isEmpty && port.utf8.allSatisfy { (0x30...0x39).contains($0) }
        let number = isNumber ? UInt16(port) : nil
        let least: UInt16 = use == .connecting ? 1 : 0
        guard let number, number >= least else {
            let wildcard = use == .binding ? ", or * for a free one" : ""
            return "port \"\(port)\" is not a number from \(least) to 65535\(wildcard)"
        }
        return nil
    }

    /// Finds what libzmq 4.3.4 ends the process for: an address or interface of `norm` that there is not.
    private static func mistake(inNORM address: Substring) -> String? {
        // [IDENTIFIER,][INTERFACE;]ADDRESS:PORT
        var rest = address
        if let comma = rest.firstIndex(of: ",") { rest = rest[rest.index(after: comma)...] }
        if let semicolon = rest.firstIndex(of: ";") {
            let interface = String(rest[..<semicolon])
            guard NetworkInterface.exists(interface) else { return "there is no network interface \(interface)" }
            rest = rest[rest.index(after: semicolon)...]
        }
        let colon = rest.lastIndex(of: ":") ?? rest.endIndex
        guard IPAddress(String(rest[..<colon])) != nil, UInt16(rest[colon...].dropFirst()) != nil else {
            return "it is written norm://ADDRESS:PORT or norm://INTERFACE;ADDRESS:PORT, with an IP address"
        }
        return nil
    }
}
