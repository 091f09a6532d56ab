import Logging

/// What processes write, as lines of the log.
enum ProgramOutput {
    /// The most bytes of a line; what is longer becomes several.
    static let longestLine = 8 << 10

    /// Logs whole lines: those of standard error one level above the others, as most programs say there what went wrong.
    static func log(_ bytes: ArraySlice<UInt8>, of running: RunningProcess, _ stream: String, to logger: Logger) {
        let fields: Logger.Metadata = [
            "program": "\(running.program.name)", "instance": "\(running.instance)", "pid": "\(running.number)",
            "stream": "\(stream)",
        ]
        let level = stream == "err" ? Logger.Level.notice : .info
        for line in lines(bytes) { logger.log(level: level, "\(line)", metadata: fields) }
    }

    /// The lines as text, without their ends.
    static func lines(_ bytes: ArraySlice<UInt8>) -> [String] {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.flatMap { line in
            pieces(line.last == UInt8(ascii: "\r") ? line.dropLast() : line).map(text)
        }
    }

    /// A line, or the pieces of one that is too long, none of which ends within a character.
    private static func pieces(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = line
        while rest.count > longestLine {
            var end = rest.startIndex + longestLine
            // At most three bytes of a character follow its first.
            for _ in 0..<3 where rest[end] & 0xC0 == 0x80 { end -= 1 }
            pieces.append(rest[..<end])
            rest = rest[end...]
        }
        return pieces + [rest]
    }

    /// Bytes as text, with each that is no UTF-8 as `\x` and two digits.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = ""
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes.makeIterator()
        var position = bytes.startIndex
        while true {
            switch parser.parseScalar(from: &rest) {
            case .emptyInput: return text
            case .valid(let encoded):
                text.unicodeScalars.append(Unicode.UTF8.decode(encoded))
                position += encoded.count
            case .error(let length):
                for byte in bytes[position..<min(position + length, bytes.endIndex)] {
                    let digits = String(byte, radix: 16)
                    text += byte < 16 ? "\\x0\(digits)" : "\\x\(digits)"
                }
                position += length
            }
        }
    }
}
