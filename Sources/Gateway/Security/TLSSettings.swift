/// With what `https` is served: the paths of files in PEM form, and what is asked of clients.
public struct TLSSettings: Sendable, Hashable {
    /// The oldest version of TLS that a client may speak.
    public enum MinimumVersion: String, Sendable, Hashable, CaseIterable {
        /// TLS 1.2 (RFC 5246).
        case version12 = "1.2"
        /// TLS 1.3 (RFC 8446).
        case version13 = "1.3"
    }

    /// The file of the certificate, the intermediate ones behind it; needed for `https`.
    public var certificate: String?
    /// The file of the private key that belongs to the certificate, not encrypted; needed for `https`.
    public var key: String?
    /// The file of the authorities of which a client has to show a certificate; nil, the default, asks for none.
    public var clientAuthority: String?
    /// The oldest version of TLS that a client may speak; default 1.2.
    public var minimumVersion = MinimumVersion.version12

    /// The defaults, with which no `https` can be served.
    public init() {}
}

extension GatewayConfiguration {
    /// Why `https` cannot be served like this, whatever is in the files: the setting, its value, and the remedy; nil where
    /// it can, or need not.
    var tlsMistake: (setting: String, value: String, remedy: String)? {
        let secured = listen.first { $0.scheme == .https }
        switch (tls.certificate, tls.key) {
        case (let file?, nil):
            return ("tls-certificate", file, "--tls-key FILE is needed with it: the private key of this certificate")
        case (nil, let file?):
            return ("tls-key", file, "--tls-certificate FILE is needed with it: the certificate of this key")
        case (nil, nil):
            if let secured {
                return (
                    "listen", secured.description,
                    "https needs a certificate and its private key: add --tls-certificate FILE and --tls-key FILE"
                )
            }
        case (_?, _?): break
        }
        guard secured == nil else { return nil }
        let given = [("tls-certificate", tls.certificate), ("tls-client-ca", tls.clientAuthority)]
        for case (let setting, let file?) in given {
            return (setting, file, "no address to listen on is one of https: write --listen https://HOST:PORT")
        }
        return nil
    }
}
