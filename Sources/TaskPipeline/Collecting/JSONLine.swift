import TextFormats

/// A JSON object on one line, put together member by member.
struct JSONLine {
    private var bytes: [UInt8]

    init(number: TaskNumber) {
        bytes = Array("{\"number\":\(number)".utf8)
    }

    /// Adds bytes as a string, or in base64 under another name where they are not UTF-8.
    mutating func add(_ name: String, _ value: ArraySlice<UInt8>) {
        bytes.append(UInt8(ascii: ","))
        value.withUnsafeBytes { JSONText.appendMember(name, $0, to: &bytes) }
    }

    mutating func add(_ name: String, _ text: String) {
        begin(name)
        JSONText.appendQuoted(text, to: &bytes)
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
}
