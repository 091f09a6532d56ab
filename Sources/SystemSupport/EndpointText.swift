/// What can be seen of a ZeroMQ endpoint by its text.
package enum EndpointText {
    /// What a `tcp` endpoint is for.
    package enum Use {
        /// The port may be 0 or `*`, for any free one.
        case binding
        case connecting
    }

    /// What to say of one that is none.
    package static let remedy =
        "an endpoint is written tcp://HOST:PORT, with a port up to 65535 and an IPv6 address in brackets, or ipc://PATH"

    /// Whether it is `tcp://HOST:PORT` or `ipc://PATH`.
    package static func isWellFormed(_ text: String, for use: Use) -> Bool {
        guard text.hasPrefix("tcp://") else { return text.hasPrefix("ipc://") && text.utf8.count > 6 }
        let address = text.dropFirst(6)
        guard let colon = address.lastIndex(of: ":"), colon != address.startIndex else { return false }
        let host = address[..<colon]
        let port = address[address.index(after: colon)...]
        guard host.hasPrefix("[") == host.hasSuffix("]") else { return false }
        if use == .binding, port == "*" { return true }
        // No sign or blank, which the conversion would take.
        guard !port.isEmpty, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(port) else {
            return false
        }
        return use == .binding || number > 0
    }

    /// Whether it names an address of IPv6, for which a ZeroMQ socket has to be told to use IPv6.
    package static func isIPv6(_ text: String) -> Bool { text.hasPrefix("tcp://") && text.contains("[") }
}
