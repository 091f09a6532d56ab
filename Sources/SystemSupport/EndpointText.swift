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
        "an endpoint is written tcp://HOST:PORT, with a host's name or address, one of IPv6 in brackets, and a port up to "
        + "65535, or ipc://PATH, with a path of at most \(longestPath) bytes"

    /// The bytes that the address of a local socket has room for, less the zero byte at its end (`sun_path`, unix(7)).
    private static let longestPath = 107

    /// Whether it is `tcp://HOST:PORT` or `ipc://PATH`, and libzmq takes it.
    package static func isWellFormed(_ text: String, for use: Use) -> Bool {
        if text.hasPrefix("ipc://") { return isPath(text.utf8.dropFirst(6)) }
        guard text.hasPrefix("tcp://") else { return false }
        let address = text.dropFirst(6)
        guard let colon = address.lastIndex(of: ":"), colon != address.startIndex else { return false }
        let host = address[..<colon]
        let port = address[address.index(after: colon)...]
        guard host.hasPrefix("[") == host.hasSuffix("]") else { return false }
        if use == .connecting, !canBeConnected(to: host.utf8) { return false }
        if use == .binding, port == "*" { return true }
        // No sign or blank, which the conversion would take.
        guard !port.isEmpty, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(port) else {
            return false
        }
        return use == .binding || number > 0
    }

    /// Whether a local socket can have that path. `@` begins a name that is in no folder, and is none by itself.
    private static func isPath(_ path: Substring.UTF8View) -> Bool {
        (1...longestPath).contains(path.count) && !path.contains(0) && !path.elementsEqual("@".utf8)
    }

    /// Whether libzmq takes it for a host to connect to, or for a local address and a host with `;` between them. Any
    /// other it refuses at once.
    private static func canBeConnected(to host: Substring.UTF8View) -> Bool {
        guard let first = host.first, isAlphanumeric(first) || first == UInt8(ascii: "[") else { return false }
        return host.allSatisfy { isAlphanumeric($0) || ".-:%;[]_*".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    /// Whether it names an address of IPv6, for which a ZeroMQ socket has to be told to use IPv6.
    package static func isIPv6(_ text: String) -> Bool { text.hasPrefix("tcp://") && text.contains("[") }
}
