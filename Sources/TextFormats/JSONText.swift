/// Strings as JSON writes them (RFC 8259, section 7).
package enum JSONText {
    /// A string with its quotation marks.
    package static func quote(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 2)
        appendQuoted(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends a string with its quotation marks.
    package static func appendQuoted(_ text: String, to output: inout [UInt8]) {
        output.append(quotationMark)
        appendEscaped(text, to: &output)
        output.append(quotationMark)
    }

    /// Appends the characters of a string: quotation marks, backslashes and control characters are escaped, so that the
    /// result has no line break either.
    package static func appendEscaped(_ text: String, to output: inout [UInt8]) {
        var text = text
        text.withUTF8 { appendEscaped(UnsafeRawBufferPointer($0), to: &output) }
    }

    /// Appends `"name":"…"` for bytes that are text in UTF-8, and `"name_base64":"…"` for others.
    package static func appendMember(_ name: String, _ value: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        output.append(quotationMark)
        output.append(contentsOf: name.utf8)
        if isText(value) {
            output.append(contentsOf: "\":\"".utf8)
            appendEscaped(value, to: &output)
        } else {
            output.append(contentsOf: "_base64\":\"".utf8)
            Base64.append(value, to: &output)
        }
        output.append(quotationMark)
    }

    private static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
    }

    private static func appendEscaped(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        for byte in bytes {
            switch byte {
            case quotationMark, UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            case UInt8(ascii: "\n"): output.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): output.append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\t"): output.append(contentsOf: "\\t".utf8)
            case 0..<0x20, 0x7F:
                output.append(contentsOf: "\\u00".utf8)
                output.append(hexDigits[Int(byte >> 4)])
                output.append(hexDigits[Int(byte & 15)])
            default: output.append(byte)
            }
        }
    }

    private static let quotationMark = UInt8(ascii: "\"")
    private static let hexDigits = Array("0123456789abcdef".utf8)
}
