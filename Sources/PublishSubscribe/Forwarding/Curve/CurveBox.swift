import CSodium

/// A secret that two share, each of whom has its own secret key and the other's public one. What one seals with it, the other
/// alone can open: `crypto_box` of libsodium, which libzmq's own CURVE calls, too.
struct CurveBox: Sendable {
    /// How many bytes sealing adds.
    static let overhead = 16

    static let keyLength = 32
    static let nonceLength = 24

    private let key: [UInt8]

    /// The secret of two keys; nil for a public key that no secret one belongs to.
    init?(secretKey: [UInt8], publicKey: [UInt8]) {
        precondition(secretKey.count == Self.keyLength && publicKey.count == Self.keyLength, "a key of another length")
        // Once more does no harm; libzmq has done it for itself.
        guard sodium_init() >= 0 else { return nil }
        var key = [UInt8](repeating: 0, count: Self.keyLength)
        guard crypto_box_beforenm(&key, publicKey, secretKey) == 0 else { return nil }
        self.key = key
    }

    /// Encrypts, so that whoever opens it knows that nobody has changed it.
    ///
    /// - Parameter nonce: 24 bytes, which are never used again with these keys.
    func seal(_ text: [UInt8], nonce: [UInt8]) -> [UInt8] {
        precondition(nonce.count == Self.nonceLength, "a nonce of \(nonce.count) bytes")
        var box = [UInt8](repeating: 0, count: text.count + Self.overhead)
        let code = crypto_box_easy_afternm(&box, text, UInt64(text.count), nonce, key)
        precondition(code == 0, "libsodium seals everything that fits into memory")
        return box
    }

    /// What was sealed; nil for what was not, with these keys and this nonce.
    func open(_ box: ArraySlice<UInt8>, nonce: [UInt8]) -> [UInt8]? {
        precondition(nonce.count == Self.nonceLength, "a nonce of \(nonce.count) bytes")
        guard box.count >= Self.overhead else { return nil }
        var text = [UInt8](repeating: 0, count: box.count - Self.overhead)
        let code = crypto_box_open_easy_afternm(&text, Array(box), UInt64(box.count), nonce, key)
        return code == 0 ? text : nil
    }
}
