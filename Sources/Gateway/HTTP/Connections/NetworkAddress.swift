import Glibc

/// An IP address as a number.
///
/// One of version 4 that is written in version 6 (`::ffff:192.0.2.7`), as a listener for both sees its peers, is one of
/// version 4.
struct NetworkAddress: Hashable, Sendable {
    /// The address, of 32 bits or of 128.
    let number: UInt128
    let isVersion4: Bool

    /// How many bits an address has.
    var width: Int { isVersion4 ? 32 : 128 }

    init(number: UInt128, isVersion4: Bool) {
        self.number = number
        self.isVersion4 = isVersion4
    }

    /// Reads an address in numbers, without brackets, port or zone; nil where the text is anything else.
    init?(_ text: String) {
        guard !text.utf8.contains(0) else { return nil }
        // Room for either version; not the structures of the C library, as several modules claim to define them.
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.init(number: Self.number(bytes[..<4]), isVersion4: true)
            return
        }
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        let number = Self.number(bytes[...])
        let isVersion4 = number >> 32 == 0xFFFF
        self.init(number: isVersion4 ? number & 0xFFFF_FFFF : number, isVersion4: isVersion4)
    }

    /// Reads a member of an `x-forwarded-for` field: an address, to which some proxies add the port and some brackets.
    init?(forwarded member: String) {
        if let address = NetworkAddress(member) {
            self = address
            return
        }
        if member.hasPrefix("[") {
            guard let end = member.firstIndex(of: "]") else { return nil }
            let rest = member[member.index(after: end)...]
            guard rest.isEmpty || Self.isPort(rest) else { return nil }
            self.init(String(member[..<end].dropFirst()))
        } else {
            guard let colon = member.firstIndex(of: ":"), Self.isPort(member[colon...]) else { return nil }
            self.init(String(member[..<colon]))
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt128 { bytes.reduce(0) { $0 << 8 | UInt128($1) } }

    private static func isPort(_ text: Substring) -> Bool {
        2...6 ~= text.utf8.count && text.first == ":" && text.utf8.dropFirst().allSatisfy(\.isDigit)
    }
}

extension NetworkAddress: CustomStringConvertible {
    /// The address as it is commonly written.
    var description: String {
        if isVersion4 {
            return (0..<4).reversed().map { String(UInt8(truncatingIfNeeded: number >> ($0 * 8))) }
                .joined(separator: ".")
        }
        let bytes = (0..<16).map { UInt8(truncatingIfNeeded: number >> ((15 - $0) * 8)) }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { room in
            guard let start = room.baseAddress, inet_ntop(AF_INET6, bytes, start, UInt32(INET6_ADDRSTRLEN)) != nil
            else {
                return "unknown"
            }
            return String(cString: start)
        }
    }
}
