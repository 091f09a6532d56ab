import Logging
import SwiftZMQ

/// CURVE on the gateway's endpoints: its own keys, and whom it lets in.
struct CurveAccess: Sendable {
    /// Under which the ``SwiftZMQ/Authenticator`` is asked; with a domain nobody comes in unasked.
    private static let domain = "webgateway"

    private let keys: CurveKeyPair
    private let folder: String
    /// The keys of the workers in the gateway's own process.
    private let ownWorkers: CurveKeyPair

    /// Reads the gateway's keys; nil where CURVE is not configured.
    init?(_ configuration: GatewayConfiguration) throws(GatewayStartError) {
        do throws(CurveMistake) {
            try self.init(checking: configuration)
        } catch {
            throw GatewayStartError("--\(error.setting) '\(error.value)': \(error.reason)")
        }
    }

    /// A file or a folder that is not what it is to be.
    struct CurveMistake: Error {
        let setting: String
        let value: String
        let reason: String
    }

    /// The same, with what is wrong in its parts.
    init?(checking configuration: GatewayConfiguration) throws(CurveMistake) {
        guard let file = configuration.curveSecretKey, let folder = configuration.curveAllow else { return nil }
        self.folder = folder
        do throws(ZMQError) {
            guard let keys = try CurveCertificate(contentsOf: file).keys else {
                throw ZMQError(
                    code: .invalidArgument, operation: "read the secret key",
                    explanation: "it is a public certificate; the secret one is the file that ends in .key_secret")
            }
            self.keys = keys
            ownWorkers = try .generate()
        } catch {
            throw CurveMistake(setting: "curve-secret-key", value: file, reason: "\(error)")
        }
        do throws(ZMQError) {
            _ = try CertificateFolder(folder).contains(keys.publicKey)
        } catch {
            throw CurveMistake(setting: "curve-allow", value: folder, reason: "\(error)")
        }
    }

    /// What the bound sockets are secured by.
    var server: SocketSecurity { .curveServer(keys, domain: Self.domain) }

    /// What a worker in the gateway's own process connects with.
    var ownWorker: SocketSecurity { .curveClient(ownWorkers, server: keys.publicKey) }

    /// Lets those in whose public keys are in the folder, and logs those who are turned away.
    func authenticator(for context: Context, logger: Logger) -> Authenticator {
        let own = ownWorkers.publicKey
        let folder = CertificateFolder(folder)
        var policy = AuthenticationPolicy()
        policy.curve = .decided { key, request in
            let reason: String
            do throws(ZMQError) {
                if key == own { return .admitted(key) }
                if try folder.contains(key) { return .admitted(key) }
                reason = "its public key is not in the folder of those that are allowed"
            } catch {
                reason = "\(error)"
            }
            logger.warning(
                "peer turned away", metadata: ["address": "\(request.address)", "key": "\(key)", "reason": "\(reason)"])
            return .denied(reason)
        }
        return Authenticator(context, domains: [Self.domain: policy])
    }
}
