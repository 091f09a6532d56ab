/// Strings as JSON writes them (RFC 8259, section 7).
enum JSONText {
    /// Appends a member whose value is text; bytes that are not UTF-8 make it `NAME_base64`.
    static func appendMember(_ name: String, _ value: UnsafeRawBufferPointer, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        text.append(contentsOf: name.utf8)
        if isText(value) {
            text.append(contentsOf: "\":\"".utf8)
            appendEscaped(value, to: &text)
        } else {
            text.append(contentsOf: "_base64\":\"".utf8)
            Base64.append(value, to: &text)
        }
        text.append(UInt8(ascii: "\""))
    }

    private static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
    }

    private static func appendEscaped(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                text.append(UInt8(ascii: "\\"))
                text.append(byte)
            case UInt8(ascii: "\n"): text.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): text.append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\t"): text.append(contentsOf: "\\t".utf8)
            case 0..<0x20, 0x7F:
                text.append(contentsOf: "\\u00".utf8)
                text.append(hexDigits[Int(byte >> 4)])
                text.append(hexDigits[Int(byte & 15)])
            default: text.append(byte)
            }
        }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
}
