import ArgumentParser

/// What the parser cannot know about a gateway's endpoint: the check names the option, the value and the remedy.
enum Endpoints {
    static func check(_ endpoint: String, _ option: String) throws {
        let isWellFormed =
            if endpoint.hasPrefix("tcp://") {
                isAddress(endpoint.dropFirst(6))
            } else {
                endpoint.hasPrefix("ipc://") && endpoint.utf8.count > 6
            }
        guard isWellFormed else {
            throw ValidationError(
                "\(option) '\(endpoint)': an endpoint is written tcp://HOST:PORT, with a port up to 65535, or ipc://PATH"
            )
        }
    }

    /// Whether a text is `HOST:PORT` or `SOURCE;HOST:PORT`, as libzmq reads it.
    private static func isAddress(_ text: Substring) -> Bool {
        guard let colon = text.lastIndex(of: ":"), colon != text.startIndex else { return false }
        let port = text[text.index(after: colon)...]
        let digits = port.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return digits && UInt16(port).map { $0 > 0 } ?? false
    }
}
