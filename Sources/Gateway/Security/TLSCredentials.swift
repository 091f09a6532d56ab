import Glibc
import NIOSSL
import TextFormats

/// What is in the files that ``TLSSettings`` name, read and checked.
struct TLSCredentials {
    /// What connections are secured with.
    let context: NIOSSLContext
    /// What an operator should know, though it works: certificates that have expired or are not valid yet.
    let warnings: [Warning]

    /// A file that is not what it is to be.
    struct Mistake: Error {
        let setting: String
        let value: String
        let reason: String
    }

    /// A certificate that clients will not accept, and why.
    struct Warning: Equatable {
        let setting: String
        let value: String
        let reason: String
    }

    /// Reads the files; nil where no `https` is served.
    ///
    /// - Throws: which file is not what it is to be, and how it is mended. Never says what is in a key.
    init?(_ configuration: GatewayConfiguration) throws(Mistake) {
        guard configuration.listen.contains(where: { $0.scheme == .https }) else { return nil }
        if let mistake = configuration.tlsMistake {
            throw Mistake(setting: mistake.setting, value: mistake.value, reason: mistake.remedy)
        }
        let settings = configuration.tls
        guard let certificate = settings.certificate, let key = settings.key else { return nil }
        let chain = try Self.certificates(in: certificate, setting: "tls-certificate")
        let privateKey = try Self.privateKey(in: key)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        tls.minimumTLSVersion = settings.minimumVersion == .version13 ? .tlsv13 : .tlsv12
        tls.cipherSuiteValues = Self.cipherSuites
        // What is spoken inside is chosen here, by the client's list and this one (RFC 7301).
        tls.applicationProtocols = (configuration.http.offersHTTP2 ? [Self.http2] : []) + ["http/1.1"]
        if let authority = settings.clientAuthority {
            tls.trustRoots = .certificates(try Self.certificates(in: authority, setting: "tls-client-ca"))
            tls.certificateVerification = .noHostnameVerification
            tls.sendCANameList = true
        }
        do {
            context = try NIOSSLContext(configuration: tls)
        } catch {
            throw Mistake(
                setting: "tls-key", value: key,
                reason: "it is not the key of the first certificate in \(certificate): give the key that this "
                    + "certificate was made for, and put the server's own certificate before the intermediate ones")
        }
        warnings = Self.warnings(about: chain, in: certificate)
    }

    /// What is wrong with the files, each by itself; with all of them together only where each is right.
    static func mistakes(in configuration: GatewayConfiguration) -> [Mistake] {
        var mistakes: [Mistake] = []
        func check(_ body: () throws(Mistake) -> Void) {
            do throws(Mistake) { try body() } catch { mistakes.append(error) }
        }
        let settings = configuration.tls
        if configuration.listen.contains(where: { $0.scheme == .https }), configuration.tlsMistake == nil {
            check { () throws(Mistake) in
                if let file = settings.certificate { _ = try certificates(in: file, setting: "tls-certificate") }
            }
            check { () throws(Mistake) in
                if let file = settings.key { _ = try privateKey(in: file) }
            }
            check { () throws(Mistake) in
                if let file = settings.clientAuthority { _ = try certificates(in: file, setting: "tls-client-ca") }
            }
        }
        if mistakes.isEmpty { check { () throws(Mistake) in _ = try TLSCredentials(configuration) } }
        return mistakes
    }

    /// What is spoken in TLS 1.2: with a key exchange whose keys are gone when the connection is, and encryption that
    /// authenticates, as HTTP/2 asks for (RFC 9113, section 9.2.2). Those of TLS 1.3 all are so, and not a matter of choice.
    private static let cipherSuites: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]

    /// The name of HTTP/2 on TLS (RFC 9113, section 3.2).
    static let http2 = "h2"

    private static func certificates(
        in file: String, setting: String
    ) throws(Mistake) -> [NIOSSLCertificate] {
        let bytes = try contents(of: file, setting: setting)
        guard !bytes.isEmpty, let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty
        else {
            throw Mistake(
                setting: setting, value: file,
                reason: "no certificate in PEM form is in it, or one that is broken; it begins with the line "
                    + "-----BEGIN CERTIFICATE-----, and 'openssl x509 -inform DER' makes it of the binary form")
        }
        return certificates
    }

    private static func privateKey(in file: String) throws(Mistake) -> NIOSSLPrivateKey {
        let bytes = try contents(of: file, setting: "tls-key")
        if String(decoding: bytes, as: UTF8.self).contains("ENCRYPTED") {
            throw Mistake(
                setting: "tls-key", value: file,
                reason: "the key is encrypted, and nobody is there to ask for the passphrase: 'openssl pkey -in FILE "
                    + "-out FILE' takes it off; let nobody but the gateway read the file")
        }
        guard !bytes.isEmpty, let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
            throw Mistake(
                setting: "tls-key", value: file,
                reason: "no private key in PEM form is in it, or one that is broken; it begins with the line "
                    + "-----BEGIN PRIVATE KEY-----, and 'openssl pkey -inform DER' makes it of the binary form")
        }
        return key
    }

    private static func contents(of file: String, setting: String) throws(Mistake) -> [UInt8] {
        do throws(FileContents.Failure) {
            return try FileContents.read(file)
        } catch {
            throw Mistake(setting: setting, value: file, reason: "it cannot be read: \(error.reason)")
        }
    }

    private static func warnings(about chain: [NIOSSLCertificate], in file: String) -> [Warning] {
        var moment = timespec()
        // CLOCK_REALTIME with a valid address cannot fail.
        clock_gettime(CLOCK_REALTIME, &moment)
        return chain.enumerated().compactMap { index, certificate in
            let name = index == 0 ? "the certificate" : "certificate \(index + 1) of the chain"
            let reason: String
            if certificate.notValidAfter < moment.tv_sec {
                let date = HTTPDate.text(certificate.notValidAfter)
                reason = "\(name) expired on \(date): clients will not accept it; renew it, and send SIGHUP"
            } else if certificate.notValidBefore > moment.tv_sec {
                let date = HTTPDate.text(certificate.notValidBefore)
                reason = "\(name) is valid from \(date) on: clients will not accept it before; look at the clock, too"
            } else {
                return nil
            }
            return Warning(setting: "tls-certificate", value: file, reason: reason)
        }
    }
}
