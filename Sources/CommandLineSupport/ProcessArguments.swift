/// The words of the command line, byte for byte.
///
/// Swift replaces what is no UTF-8 in them, and then nobody can tell any more what was typed. Here each such byte becomes
/// a character of its own, at the very end of Unicode's private use, from which ``ByteArgument`` makes the byte again.
/// Whoever types one of these characters gets its bytes back in the same way.
public enum ProcessArguments {
    /// The words after the program's name, with stand-ins for bytes that are no UTF-8.
    public static var words: [String] {
        (1..<max(Int(CommandLine.argc), 1)).compactMap { index in
            CommandLine.unsafeArgv[index].map { word in
                text(of: UnsafeBufferPointer(start: word, count: length(of: word)).map { UInt8(bitPattern: $0) })
            }
        }
    }

    /// U+10FF80 stands for the byte 0x80, U+10FFFF for 0xFF.
    private static let firstStandIn: UInt32 = 0x10_FF80

    /// A text that gives the bytes back: see ``bytes(of:)``.
    public static func text(of bytes: [UInt8]) -> String {
        var text = String.UnicodeScalarView()
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes.makeIterator()
        var position = 0
        while true {
            let length: Int
            switch parser.parseScalar(from: &rest) {
            case .emptyInput: return String(text)
            case .valid(let encoded):
                length = encoded.count
                let scalar = Unicode.UTF8.decode(encoded)
                if scalar.value < firstStandIn {
                    text.append(scalar)
                } else {
                    text.append(contentsOf: bytes[position..<position + length].compactMap(standIn))
                }
            case .error(let count):
                length = count
                text.append(contentsOf: bytes[position..<position + length].compactMap(standIn))
            }
            position += length
        }
    }

    /// The bytes of a text in which bytes that are no UTF-8 have stand-ins.
    public static func bytes(of text: String) -> [UInt8] {
        text.unicodeScalars.flatMap { scalar -> [UInt8] in
            scalar.value >= firstStandIn ? [UInt8(scalar.value - firstStandIn) + 0x80] : Array(String(scalar).utf8)
        }
    }

    /// A text for people: the stand-ins are written `\xFF`.
    static func readable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.value >= firstStandIn }) else { return text }
        return text.unicodeScalars.reduce(into: "") { readable, scalar in
            guard scalar.value >= firstStandIn else { return readable.unicodeScalars.append(scalar) }
            readable += "\\x" + String(scalar.value - firstStandIn + 0x80, radix: 16, uppercase: true)
        }
    }

    private static func standIn(for byte: UInt8) -> Unicode.Scalar? {
        Unicode.Scalar(firstStandIn + UInt32(byte) - 0x80)
    }

    private static func length(of word: UnsafePointer<CChar>) -> Int {
        var length = 0
        while word[length] != 0 { length += 1 }
        return length
    }
}
