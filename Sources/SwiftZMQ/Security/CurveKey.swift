/// A public key of CURVE: 32 bytes, which travel as 40 characters of Z85.
///
/// ```swift
/// let serverKey = try CurveKey(z85: "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7")
/// ```
///
/// A secret key has a type of its own, ``CurveSecretKey``, so that neither can be given where the other belongs.
public struct CurveKey: Hashable, Sendable {
    /// The 32 bytes.
    public let bytes: [UInt8]

    /// A key of 32 bytes.
    ///
    /// - Throws: ``ZMQError`` with `.invalidArgument` for another number of bytes.
    public init(_ bytes: some Sequence<UInt8>) throws(ZMQError) {
        self.bytes = try CurveKeyBytes.validate(Array(bytes), "CURVE public key")
    }

    /// A key of 40 characters of Z85.
    ///
    /// - Throws: ``ZMQError`` with `.invalidArgument` for another length or a character that Z85 does not use.
    public init(z85 text: String) throws(ZMQError) {
        bytes = try CurveKeyBytes.decode(text, "CURVE public key")
    }

    /// The key as 40 characters of Z85.
    public var z85: String { String(decoding: Z85.characters(of: bytes), as: UTF8.self) }
}

extension CurveKey: CustomStringConvertible {
    /// The key as 40 characters of Z85.
    public var description: String { z85 }
}

/// What public and secret keys have in common.
enum CurveKeyBytes {
    static let count = 32

    static func validate(_ bytes: [UInt8], _ name: String) throws(ZMQError) -> [UInt8] {
        guard bytes.count == count else {
            throw ZMQError(
                code: .invalidArgument, operation: "read a \(name)",
                explanation: "a key has \(count) bytes, and this has \(bytes.count)")
        }
        return bytes
    }

    static func decode(_ text: String, _ name: String) throws(ZMQError) -> [UInt8] {
        guard text.utf8.count == 40 else {
            throw ZMQError(
                code: .invalidArgument, operation: "read a \(name)",
                explanation: "a key is written as 40 characters of Z85, and this has \(text.utf8.count)")
        }
        do throws(ZMQError) {
            return try Z85.decode(text)
        } catch {
            throw ZMQError(code: error.code, operation: "read a \(name)", explanation: error.explanation)
        }
    }
}
