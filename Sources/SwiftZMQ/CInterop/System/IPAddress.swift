import Glibc

/// An IP address as 16 bytes; one of version 4 lies where version 6 has a place for it.
struct IPAddress: Hashable, Sendable {
    let bytes: [UInt8]
    let isVersion4: Bool

    /// Nil where the text is no address in numbers.
    init?(_ text: String) {
        // An interface may be named behind an address that holds on its link alone.
        let text = String(text.prefix { $0 != "%" })
        var bytes = [UInt8](repeating: 0, count: 16)
        if unsafe inet_pton(AF_INET, text, &bytes) == 1 {
            self.bytes = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + bytes[..<4]
            isVersion4 = true
        } else if unsafe inet_pton(AF_INET6, text, &bytes) == 1 {
            self.bytes = bytes
            isVersion4 = false
        } else {
            return nil
        }
    }
}
