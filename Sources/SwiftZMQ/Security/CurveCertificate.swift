/// A public key of CURVE with what is said about it, and perhaps the secret key: what a certificate file holds.
///
/// ```swift
/// let certificate = CurveCertificate(try .generate(), metadata: ["name": "Ada"])
/// try certificate.save(in: "/etc/app/keys", name: "ada")   // ada.key for everybody, ada.key_secret for Ada alone
///
/// let server = try CurveCertificate(contentsOf: "/etc/app/keys/server.key").publicKey
/// ```
///
/// The files are those of czmq's `zcert` and of pyzmq's `zmq.auth`, in ZPL (RFC 4).
public struct CurveCertificate: Equatable, Sendable {
    /// The key that everybody may know.
    public let publicKey: CurveKey

    /// The key that nobody else may know; nil in a public certificate.
    public let secretKey: CurveSecretKey?

    /// What is said about whoever has the key, such as a name. Nothing secret: it is in the public file, too.
    public var metadata: [String: String]

    /// A certificate with both keys.
    public init(_ keys: CurveKeyPair, metadata: [String: String] = [:]) {
        publicKey = keys.publicKey
        secretKey = keys.secretKey
        self.metadata = metadata
    }

    /// A public certificate.
    public init(_ publicKey: CurveKey, metadata: [String: String] = [:]) {
        self.publicKey = publicKey
        secretKey = nil
        self.metadata = metadata
    }

    /// Both keys; nil in a public certificate.
    public var keys: CurveKeyPair? { secretKey.map { CurveKeyPair(publicKey: publicKey, secretKey: $0) } }

    /// The certificate without its secret key, for everybody to have.
    public var publicCertificate: CurveCertificate { CurveCertificate(publicKey, metadata: metadata) }
}

extension CurveCertificate: CustomStringConvertible {
    /// The public key and whether there is a secret one.
    public var description: String {
        "\(secretKey == nil ? "public" : "secret") CURVE certificate of \(publicKey)"
    }
}

// MARK: - Files

extension CurveCertificate {
    /// Reads a certificate file, public or secret.
    ///
    /// - Throws: ``ZMQError`` with the system's error number where the file cannot be read, `.invalidArgument` where it
    ///   is no certificate: see ``init(text:)``. The error names the file and contains nothing of it.
    public init(contentsOf path: String) throws(ZMQError) {
        let bytes = try FileSystem.read(path, upTo: Self.longestFile)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ZMQError(
                code: .invalidArgument, operation: "read certificate \(path)", explanation: "it is not UTF-8 text")
        }
        do throws(ZMQError) {
            try self.init(text: text)
        } catch {
            throw ZMQError(code: error.code, operation: "read certificate \(path)", explanation: error.explanation)
        }
    }

    /// Writes the certificate to a file: readable by its owner alone (mode 0600) if it has a secret key, by everybody
    /// that the process's mask allows (0644) otherwise.
    ///
    /// A file that is there is replaced as a whole, so that whoever reads it finds the old certificate or the new one.
    ///
    /// - Throws: ``ZMQError`` with the system's error number where the file cannot be written, or `.invalidArgument` for
    ///   metadata that cannot be: see ``text``.
    public func write(to path: String) throws(ZMQError) {
        let text = try text
        try FileSystem.replace(path, with: Array(text.utf8), mode: secretKey == nil ? 0o644 : 0o600)
    }

    /// Writes the certificate as the two files that pyzmq's `create_certificates` writes: `NAME.key`, which is public,
    /// and, if it has a secret key, `NAME.key_secret`, which is readable by its owner alone.
    ///
    /// - Parameters:
    ///   - folder: an existing folder. To let those in whose public certificates it holds, see
    ///     ``AuthenticationRule/certificates(in:)``.
    ///   - name: the files' name without its ending.
    /// - Throws: as ``write(to:)``.
    public func save(in folder: String, name: String) throws(ZMQError) {
        if secretKey != nil { try write(to: "\(folder)/\(name).key_secret") }
        try publicCertificate.write(to: "\(folder)/\(name).key")
    }

    // Far more than any certificate has; whatever else lies in a folder is not read into memory.
    private static let longestFile = 65_536
}
