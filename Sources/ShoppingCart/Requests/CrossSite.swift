/// Whether a request comes from a page of somebody else, to whose buttons nobody consented.
package enum CrossSite {
    /// Whether a request that changes something is refused.
    ///
    /// Browsers say where a request comes from by `sec-fetch-site`, older ones by `origin` alone; programs say neither, and
    /// have no cookies of anybody. A page of a neighbouring host (`same-site`) is another one, too.
    ///
    /// - Parameters:
    ///   - fetchSite: the field `sec-fetch-site`.
    ///   - origin: the field `origin`.
    ///   - host: the host and the port that the client asked for.
    package static func isRefused(fetchSite: String?, origin: String?, host: String?) -> Bool {
        if let fetchSite { return fetchSite != "same-origin" && fetchSite != "none" }
        guard let origin else { return false }
        guard let host, let address = hostAndPort(ofOrigin: origin) else { return true }
        // A proxy may have taken https away, so that the schemes are not compared; a port left out is the scheme's.
        return address.text != host.lowercased() && address.text != "\(host.lowercased()):\(address.defaultPort)"
            && "\(address.text):\(address.defaultPort)" != host.lowercased()
    }

    private static func hostAndPort(ofOrigin origin: String) -> (text: String, defaultPort: Int)? {
        let origin = origin.lowercased()
        for (scheme, port) in [("http://", 80), ("https://", 443)] where origin.hasPrefix(scheme) {
            let text = origin.dropFirst(scheme.count)
            guard !text.isEmpty, !text.contains("/"), !text.contains("@") else { return nil }
            return (String(text), port)
        }
        return nil
    }
}
