/// The text form of binary keys: five printable characters for each four bytes, as RFC 32 has it.
///
/// ```swift
/// try Z85.encode([0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B])   // "HelloWorld"
/// ```
///
/// The C counterparts are `zmq_z85_encode` and `zmq_z85_decode`.
public enum Z85: Sendable {
    /// Turns bytes into text.
    ///
    /// - Parameter bytes: any number that four divides.
    /// - Throws: ``ZMQError`` with `.invalidArgument` for another number of bytes.
    public static func encode(_ bytes: [UInt8]) throws(ZMQError) -> String {
        guard bytes.count.isMultiple(of: 4) else {
            throw ZMQError(
                code: .invalidArgument, operation: "encode Z85",
                explanation: "the number of bytes must be a multiple of 4, and is \(bytes.count)")
        }
        return String(decoding: characters(of: bytes), as: UTF8.self)
    }

    /// Turns text back into bytes.
    ///
    /// - Parameter text: any number of characters that five divides.
    /// - Throws: ``ZMQError`` with `.invalidArgument` for another length, a character that Z85 does not use, or five
    ///   that stand for no four bytes. The error does not contain the text, which may be a secret.
    public static func decode(_ text: String) throws(ZMQError) -> [UInt8] {
        let characters = Array(text.utf8)
        guard characters.count.isMultiple(of: 5) else {
            throw malformed("the number of characters must be a multiple of 5, and is \(characters.count)")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 5 * 4)
        for start in stride(from: 0, to: characters.count, by: 5) {
            var number: UInt64 = 0
            for position in start..<(start + 5) {
                guard let digit = digits[Int(characters[position])] else {
                    throw malformed("the character at position \(position) is none of Z85's 85")
                }
                number = number * 85 + UInt64(digit)
            }
            guard let word = UInt32(exactly: number) else {
                throw malformed("the five characters from position \(start) stand for more than four bytes hold")
            }
            for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(shift))) }
        }
        return bytes
    }

    /// The characters for bytes whose number four divides.
    static func characters(of bytes: [UInt8]) -> [UInt8] {
        var characters: [UInt8] = []
        characters.reserveCapacity(bytes.count / 4 * 5)
        for start in stride(from: 0, to: bytes.count, by: 4) {
            let word = bytes[start..<(start + 4)].reduce(0) { UInt32($0) << 8 | UInt32($1) }
            for divisor: UInt32 in [52_200_625, 614_125, 7_225, 85, 1] {
                characters.append(alphabet[Int(word / divisor % 85)])
            }
        }
        return characters
    }

    private static let alphabet = Array(
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#".utf8)

    private static let digits: [UInt8?] = {
        var digits = [UInt8?](repeating: nil, count: 256)
        for (digit, character) in alphabet.enumerated() { digits[Int(character)] = UInt8(digit) }
        return digits
    }()

    private static func malformed(_ explanation: String) -> ZMQError {
        ZMQError(code: .invalidArgument, operation: "decode Z85", explanation: explanation)
    }
}
