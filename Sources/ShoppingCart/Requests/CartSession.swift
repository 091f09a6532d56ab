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

    /// The one that a request names in its field `cookie`; nil where there is none, or none that could be one.
    ///
    /// Whether there is such a session is another question.
    package init?(cookies: String?) {
        guard let cookies else { return nil }
        let prefix = Self.cookie + "="
        for cookie in cookies.split(separator: ";") {
            let pair = cookie.drop { $0 == " " }
            guard pair.hasPrefix(prefix) else { continue }
            // The first of several: browsers send the one with the longest path first.
            self.init(id: pair.dropFirst(prefix.count))
            return
        }
        return nil
    }

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
