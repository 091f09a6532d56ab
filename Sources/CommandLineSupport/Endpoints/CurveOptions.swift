public import ArgumentParser
import SwiftZMQ

/// The options by which connections are encrypted and both ends know each other.
public struct CurveOptions: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "Certificate of one's own CURVE keys, as `webgateway keygen` makes it (NAME.key_secret).",
            valueName: "file"))
    var curveSecretKey: String?

    @Option(
        help: ArgumentHelp("Public certificate of whoever is connected to (NAME.key).", valueName: "file"))
    var curveServerKey: String?

    @Option(
        help: ArgumentHelp(
            "Whoever connects is let in if its public certificate is in this folder (*.key).", valueName: "directory"))
    var curveAllow: String?

    /// No options.
    public init() {}

    /// Whether any of them was given.
    public var areGiven: Bool { curveSecretKey != nil || curveServerKey != nil || curveAllow != nil }

    /// Refuses what does not go together.
    ///
    /// - Parameters:
    ///   - binds: whether the command binds an endpoint.
    ///   - connects: whether it connects to one.
    ///   - sharesKeys: whether it connects to somebody who has the same keys, so that they need not be named. Default no.
    /// - Throws: `ValidationError`: one line that names the option, the value and the remedy.
    public func validate(binds: Bool, connects: Bool, sharesKeys: Bool = false) throws {
        guard areGiven else { return }
        if !binds, !connects {
            throw ValidationError("--curve-…: no other process can connect here, so there is nothing to secure")
        }
        if let curveServerKey, !connects {
            throw ValidationError(
                "--curve-server-key '\(curveServerKey)': it says whom to connect to, and nothing is connected to here")
        }
        if connects, curveServerKey == nil, !sharesKeys || curveSecretKey == nil {
            throw ValidationError(
                "--curve-server-key is missing: the public certificate (NAME.key) of whoever is connected to")
        }
        if let curveAllow, !binds {
            throw ValidationError("--curve-allow '\(curveAllow)': it says who may connect, and nothing is bound here")
        }
        if binds, curveSecretKey == nil {
            throw ValidationError(
                "--curve-secret-key is missing: one's own certificate; `webgateway keygen DIRECTORY NAME` makes one")
        }
        if binds, curveAllow == nil {
            throw ValidationError(
                "--curve-allow is missing: the folder of the public certificates (*.key) of those who are let in")
        }
    }

    /// Reads the certificates.
    ///
    /// - Parameter sharesKeys: whether one's own public key stands for that of the other end where none is named. Default no.
    /// - Throws: ``Failure`` for what cannot be read or is no certificate.
    public func read(sharesKeys: Bool = false) throws -> CurveSettings {
        var settings = CurveSettings()
        if let curveSecretKey {
            let certificate = try read("--curve-secret-key", curveSecretKey)
            guard let keys = certificate.keys else {
                throw Failure(
                    description:
                        "--curve-secret-key '\(curveSecretKey)': it is a public certificate; the secret one is the "
                        + "file that ends in .key_secret")
            }
            settings.keys = keys
        }
        if let curveServerKey { settings.serverKey = try read("--curve-server-key", curveServerKey).publicKey }
        if settings.serverKey == nil, sharesKeys { settings.serverKey = settings.keys?.publicKey }
        settings.folder = curveAllow
        if let folder = curveAllow, let keys = settings.keys {
            do {
                // A folder that cannot be read would let nobody in, and only then say so.
                _ = try CertificateFolder(folder).contains(keys.publicKey)
            } catch {
                throw Failure(description: "--curve-allow '\(folder)': \(error)")
            }
        }
        return settings
    }

    private func read(_ option: String, _ path: String) throws(Failure) -> CurveCertificate {
        do {
            return try CurveCertificate(contentsOf: path)
        } catch {
            throw Failure(description: "\(option) '\(path)': \(error)")
        }
    }

    /// A certificate cannot be used.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// The option, the file and the reason.
        public let description: String
    }
}
