/// How an output is written as text, where it is not written as it is.
public enum OutputLabel: UInt8, Sendable {
    /// As it is; nothing where it is empty.
    case none = 0
    /// As a line, also where it is empty.
    case line
    /// As `sha256sum` writes it, with the path.
    case digest
    /// As `wc -w` writes it, with the path.
    case count

    /// Appends an output, with a newline where it lacks one.
    public func append(_ output: ArraySlice<UInt8>, of text: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        output.withUnsafeBytes { output in
            text.withUnsafeBytes { append(output, of: $0, to: &bytes) }
        }
    }

    /// The same for bytes where they lie.
    func append(_ output: UnsafeRawBufferPointer, of text: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        switch self {
        case .none:
            guard !output.isEmpty else { return }
            bytes.append(contentsOf: output)
        case .line: bytes.append(contentsOf: output)
        case .digest:
            guard !output.isEmpty else { return }
            // As `sha256sum` does, so that it reads its own lines again.
            let isEscaped = text.contains { "\\\n\r".utf8.contains($0) }
            if isEscaped { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(contentsOf: output)
            bytes.append(contentsOf: "  ".utf8)
            if isEscaped { Self.appendEscaped(text, to: &bytes) } else { bytes.append(contentsOf: text) }
            bytes.append(UInt8(ascii: "\n"))
            return
        case .count:
            guard !output.isEmpty else { return }
            bytes.append(contentsOf: output)
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: text)
        }
        if bytes.last != UInt8(ascii: "\n") || (self == .line && output.isEmpty) { bytes.append(UInt8(ascii: "\n")) }
    }

    private static func appendEscaped(_ text: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
            case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
            default: bytes.append(byte)
            }
        }
    }
}
