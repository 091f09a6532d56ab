import TextFormats

/// The session by which a cart belongs to a browser.
package struct CartSession: Hashable, Sendable {
    /// How long one lives that is not used, in seconds.
    package static let lifetime = 500
    /// The name of its cookie.
    package static let cookie = "sessionid"

    /// 128 random bits in 32 hexadecimal digits.
    package let id: String

    /// A new one.
    package init() {
        var generator = SystemRandomNumberGenerator()
        id = Self.hexadecimal(generator.next()) + Self.hexadecimal(generator.next())
    }

    /// The sessions that a request names in its field `cookie`, in the order in which they stand there: browsers send the
    /// cookie with the longest path first. Values that cannot be the id of one are left out; whether such a session exists is
    /// not looked at.
    ///
    /// There are several where another application of the host, or of a host above it, has a cookie of the same name, which
    /// may come first.
    package static func named(in cookies: String?) -> [CartSession] {
        guard let cookies else { return [] }
        let prefix = cookie + "="
        let named = cookies.split(separator: ";").lazy.compactMap { cookie -> CartSession? in
            let pair = cookie.trimmingBlanks
            return pair.hasPrefix(prefix) ? CartSession(id: pair.dropFirst(prefix.count)) : nil
        }
        return Array(named.prefix(mostNamed))
    }

    /// More than a browser sends for one page. Each costs a look into the database.
    private static let mostNamed = 4

    private init?(id: Substring) {
        let isGood = id.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard id.utf8.count == 32, isGood else { return nil }
        self.id = String(id)
    }

    /// The field `set-cookie`.
    ///
    /// - Parameter isSecure: whether the client came by https, so that the cookie never leaves it otherwise.
    package func setCookie(isSecure: Bool) -> String {
        "\(Self.cookie)=\(id); Max-Age=\(Self.lifetime); Path=/cart; HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")"
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }
}
