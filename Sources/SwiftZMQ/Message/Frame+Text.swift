extension Frame: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    /// The UTF-8 bytes of a literal.
    public init(stringLiteral value: String) {
        self.init(value)
    }
}

extension Frame: CustomStringConvertible, CustomDebugStringConvertible {
    /// The text as it is, where the bytes are UTF-8; otherwise their number and the first 16 of them in hexadecimal.
    ///
    /// So `"\(frame) is even"` is `4 is even`. The text may contain line breaks and other control characters, if the
    /// peer sent them: for a log, take ``debugDescription``.
    public var description: String {
        String(validating: self) ?? hexadecimal
    }

    /// The text in quotes, with control characters escaped, where the bytes are UTF-8; otherwise as ``description``.
    public var debugDescription: String {
        String(validating: self)?.debugDescription ?? hexadecimal
    }

    private var hexadecimal: String {
        let digits = prefix(16).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        return "\(count) bytes: \(digits.joined())\(count > 16 ? "…" : "")"
    }
}

extension String {
    /// The text of a frame; bytes that are not UTF-8 become U+FFFD.
    public init(_ frame: Frame) {
        self = unsafe frame.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// The text of a frame, or nil where its bytes are not UTF-8.
    public init?(validating frame: Frame) {
        let text = unsafe frame.withUnsafeBytes { unsafe String(validating: $0, as: UTF8.self) }
        guard let text else { return nil }
        self = text
    }
}

extension [UInt8] {
    /// A copy of a frame's bytes.
    public init(_ frame: Frame) {
        self = unsafe frame.withUnsafeBytes { unsafe Array($0) }
    }
}
