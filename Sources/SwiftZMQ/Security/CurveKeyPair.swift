/// The two keys that one side of a CURVE connection has.
///
/// ```swift
/// let keys = try CurveKeyPair.generate()
/// print("give this to whoever connects:", keys.publicKey)
/// ```
public struct CurveKeyPair: Equatable, Sendable {
    /// The key that the other side may know.
    public let publicKey: CurveKey

    /// The key that nobody else may know.
    public let secretKey: CurveSecretKey

    /// Makes a new pair (`zmq_curve_keypair`).
    ///
    /// - Throws: ``ZMQError`` with `.unsupported` where the installed libzmq was built without CURVE.
    public static func generate() throws(ZMQError) -> CurveKeyPair {
        let (publicText, secretText) = try CurveFunctions.makeKeyPair()
        return CurveKeyPair(
            publicKey: try CurveKey(z85: publicText), secretKey: try CurveSecretKey(z85: secretText))
    }

    /// The pair that a secret key belongs to; its public key is computed (`zmq_curve_public`).
    ///
    /// - Throws: ``ZMQError`` with `.unsupported` where the installed libzmq was built without CURVE.
    public init(secretKey: CurveSecretKey) throws(ZMQError) {
        publicKey = try CurveKey(z85: CurveFunctions.publicText(ofSecret: secretKey.z85))
        self.secretKey = secretKey
    }

    init(publicKey: CurveKey, secretKey: CurveSecretKey) {
        self.publicKey = publicKey
        self.secretKey = secretKey
    }
}

extension CurveKeyPair: CustomStringConvertible {
    /// The public key and that there is a secret one.
    public var description: String { "CURVE key pair of \(publicKey)" }
}
