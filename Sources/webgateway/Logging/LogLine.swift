import Gateway
import Logging
import TextFormats

/// One line of the log while it is written into a buffer.
///
/// What comes from outside can neither end the line nor pass for another field of it: controls, quotation marks and
/// back-slashes are escaped, and values that need it are quoted.
struct LogLine: ~Copyable {
    private let format: LogFormat
    private var bytes: [UInt8]

    /// Begins a line in a buffer, which is taken and given back by ``end()``.
    init(
        in buffer: consuming [UInt8], format: LogFormat, time: UTCTime, level: Logger.Level, label: String,
        message: String
    ) {
        self.format = format
        bytes = buffer
        switch format {
        case .text:
            bytes.append(contentsOf: time.text)
            append(" \(level) \(label): ")
            appendEscaped(message)
        case .json:
            append("{\"time\":\"")
            bytes.append(contentsOf: time.text)
            append("\",\"level\":\"\(level)\",\"label\":")
            appendQuoted(label)
            append(",\"message\":")
            appendQuoted(message)
        }
    }

    /// Adds a field.
    mutating func add(_ name: String, _ value: String) {
        begin(name)
        if format == .json || value.isEmpty || value.utf8.contains(where: { $0 <= 0x20 || $0 == UInt8(ascii: "\"") }) {
            appendQuoted(value)
        } else {
            appendEscaped(value)
        }
    }

    /// Adds a field that is a number.
    mutating func add(_ name: String, _ value: some BinaryInteger & CustomStringConvertible) {
        begin(name)
        append(value.description)
    }

    /// Ends the line and returns the buffer.
    consuming func end() -> [UInt8] {
        if format == .json { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private mutating func begin(_ name: String) {
        switch format {
        case .text:
            bytes.append(UInt8(ascii: " "))
            append(name)
            bytes.append(UInt8(ascii: "="))
        case .json:
            bytes.append(UInt8(ascii: ","))
            appendQuoted(name)
            bytes.append(UInt8(ascii: ":"))
        }
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func appendQuoted(_ text: String) { JSONText.appendQuoted(text, to: &bytes) }

    private mutating func appendEscaped(_ text: String) { JSONText.appendEscaped(text, to: &bytes) }
}
