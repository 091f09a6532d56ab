/// A secret key of CURVE: 32 bytes, which are stored as 40 characters of Z85.
///
/// Neither its description nor `dump` shows it. To read it out takes ``bytes`` or ``z85``, by name.
public struct CurveSecretKey: Sendable {
    /// The 32 bytes.
    public let bytes: [UInt8]

    /// A key of 32 bytes.
    ///
    /// - Throws: ``ZMQError`` with `.invalidArgument` for another number of bytes.
    public init(_ bytes: some Sequence<UInt8>) throws(ZMQError) {
        self.bytes = try CurveKeyBytes.validate(Array(bytes), "CURVE secret key")
    }

    /// A key of 40 characters of Z85.
    ///
    /// - Throws: ``ZMQError`` with `.invalidArgument` for another length or a character that Z85 does not use. The error
    ///   does not contain the text.
    public init(z85 text: String) throws(ZMQError) {
        bytes = try CurveKeyBytes.decode(text, "CURVE secret key")
    }

    /// The key as 40 characters of Z85.
    public var z85: String { String(decoding: Z85.characters(of: bytes), as: UTF8.self) }
}

extension CurveSecretKey: Equatable {
    /// Compares all bytes, however early two keys differ, so that the time taken tells nothing.
    public static func == (one: Self, other: Self) -> Bool { SecretBytes.areEqual(one.bytes, other.bytes) }
}

extension CurveSecretKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What it is, without a byte of it.
    public var description: String { "CURVE secret key" }

    /// What it is, without a byte of it.
    public var debugDescription: String { description }

    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Comparing what must stay secret.
enum SecretBytes {
    /// Takes a time that depends on the lengths alone.
    static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
