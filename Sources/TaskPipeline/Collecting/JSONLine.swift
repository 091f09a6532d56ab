/// A JSON object on one line, put together member by member.
struct JSONLine {
    private var bytes: [UInt8]

    init(number: TaskNumber) {
        bytes = Array("{\"number\":\(number)".utf8)
    }

    /// Adds bytes as a string, or in base64 under another name where they are not UTF-8.
    mutating func add(_ name: String, _ value: ArraySlice<UInt8>) {
        if let text = String(validating: value, as: UTF8.self) {
            add(name, text)
        } else {
            begin(name + "_base64")
            bytes.append(quote)
            appendBase64(value)
            bytes.append(quote)
        }
    }

    mutating func add(_ name: String, _ text: String) {
        begin(name)
        bytes.append(quote)
        for byte in text.utf8 { appendEscaped(byte) }
        bytes.append(quote)
    }

    mutating func add(_ name: String, _ number: Int32) {
        begin(name)
        bytes += Array(String(number).utf8)
    }

    mutating func add(_ name: String, nanoseconds: Int64) {
        begin(name)
        let microseconds = max(0, nanoseconds) / 1000
        let fraction = String(microseconds % 1_000_000)
        bytes += Array("\(microseconds / 1_000_000).".utf8)
        bytes += repeatElement(UInt8(ascii: "0"), count: 6 - fraction.utf8.count)
        bytes += Array(fraction.utf8)
    }

    func finish(into output: inout [UInt8]) {
        output += bytes
        output += [UInt8(ascii: "}"), UInt8(ascii: "\n")]
    }

    private mutating func begin(_ name: String) {
        bytes += Array(",\"\(name)\":".utf8)
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        switch byte {
        case quote, UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case UInt8(ascii: "\n"): bytes += Array("\\n".utf8)
        case UInt8(ascii: "\r"): bytes += Array("\\r".utf8)
        case UInt8(ascii: "\t"): bytes += Array("\\t".utf8)
        case 0..<0x20, 0x7F:
            let digits = Array("0123456789abcdef".utf8)
            bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        default: bytes.append(byte)
        }
    }

    private mutating func appendBase64(_ value: ArraySlice<UInt8>) {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var rest = value
        while !rest.isEmpty {
            let group = rest.prefix(3)
            rest = rest.dropFirst(3)
            var bits = group.reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
            bits <<= UInt32(8 * (3 - group.count))
            for position in 0..<4 {
                let isPadding = position > group.count
                let index = Int(bits >> UInt32(18 - 6 * position) & 63)
                bytes.append(isPadding ? UInt8(ascii: "=") : digits[index])
            }
        }
    }
}

private let quote = UInt8(ascii: "\"")
