import CZMQ

/// What libzmq does with CURVE keys, which it takes and gives as 40 characters of Z85.
enum CurveFunctions {
    /// Makes a new pair of keys (`zmq_curve_keypair`).
    static func makeKeyPair() throws(ZMQError) -> (publicText: String, secretText: String) {
        var publicText = space
        var secretText = space
        guard unsafe zmq_curve_keypair(&publicText, &secretText) == 0 else { throw failure("make a CURVE key pair") }
        return (text(in: publicText), text(in: secretText))
    }

    /// Computes the public key that belongs to a secret one (`zmq_curve_public`).
    static func publicText(ofSecret secretText: String) throws(ZMQError) -> String {
        var publicText = space
        guard unsafe zmq_curve_public(&publicText, secretText) == 0 else { throw failure("derive a CURVE public key") }
        return text(in: publicText)
    }

    // 40 characters and the zero that ends them.
    private static var space: [CChar] { [CChar](repeating: 0, count: 41) }

    private static func text(in characters: [CChar]) -> String {
        String(decoding: characters.prefix(40).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func failure(_ operation: String) -> ZMQError {
        let error = CLibrary.lastError(operation)
        guard error.code == .unsupported else { return error }
        return ZMQError(
            code: .unsupported, operation: operation, explanation: "the installed libzmq was built without curve")
    }
}
