/// The path of a request as routing sees it: percent-decoded, with dot segments removed.
///
/// A decoded slash separates segments like any other, and dot segments are removed after decoding, so that neither
/// `/api/../admin` nor `/api/%2e%2e%2fadmin` can pass for something below `/api/`. Decoding happens once: `%252e` is
/// the text `%2e` and no dot. Empty segments are kept (RFC 3986, section 5.2.4).
///
/// The worker never sees this form; it gets the target that the client sent.
public struct RequestPath: Sendable, Hashable {
    /// The normalized bytes, always beginning with a slash.
    let bytes: [UInt8]

    /// Normalizes the path component of a request target, without the query.
    ///
    /// A broken percent escape is taken literally; requests that have one are refused before they are routed.
    public init(_ path: some StringProtocol) {
        self.init(decoding: Array(path.utf8).span)
    }

    init(decoding path: Span<UInt8>) {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(path.count + 1)
        if path.isEmpty || path[0] != UInt8(ascii: "/") { decoded.append(UInt8(ascii: "/")) }
        var mayHaveDotSegments = false
        var index = 0
        while index < path.count {
            var byte = path[index]
            if byte == UInt8(ascii: "%"), index + 2 < path.count,
                let high = path[index + 1].hexadecimalDigit, let low = path[index + 2].hexadecimalDigit
            {
                byte = high << 4 | low
                index += 3
            } else {
                index += 1
            }
            if byte == UInt8(ascii: "."), decoded.last == UInt8(ascii: "/") { mayHaveDotSegments = true }
            decoded.append(byte)
        }
        bytes = mayHaveDotSegments ? Self.removingDotSegments(from: decoded) : decoded
    }

    /// The first segment as text: the name of a service. Nil where it is no valid UTF-8.
    var firstSegment: String? {
        let end = bytes.dropFirst().firstIndex(of: UInt8(ascii: "/")) ?? bytes.endIndex
        return String(validating: bytes[1..<end], as: UTF8.self)
    }

    /// Whether the path lies at or below a prefix of whole segments.
    func isAtOrBelow(_ prefix: RequestPath) -> Bool {
        // "/api/" and "/api" name the same prefix, and "/" is a prefix of everything.
        var length = prefix.bytes.count
        if prefix.bytes[length - 1] == UInt8(ascii: "/") { length -= 1 }
        guard bytes.count >= length, bytes[..<length].elementsEqual(prefix.bytes[..<length]) else { return false }
        return bytes.count == length || bytes[length] == UInt8(ascii: "/")
    }

    /// What follows a prefix that the path lies at or below, without the slash between them.
    func rest(below prefix: RequestPath) -> [UInt8] {
        let length = prefix.bytes.count - (prefix.bytes.last == UInt8(ascii: "/") ? 1 : 0)
        return Array(bytes.dropFirst(length + 1))
    }

    private static func removingDotSegments(from path: [UInt8]) -> [UInt8] {
        var kept: [ArraySlice<UInt8>] = []
        let segments = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for (position, segment) in segments.enumerated() {
            let isLast = position == segments.count - 1
            if segment.elementsEqual(".".utf8) {
                // A dot segment at the end names the folder itself: the slash before it stays.
                if isLast { kept.append([]) }
            } else if segment.elementsEqual("..".utf8) {
                _ = kept.popLast()
                if isLast { kept.append([]) }
            } else {
                kept.append(segment)
            }
        }
        var result: [UInt8] = []
        result.reserveCapacity(path.count)
        for segment in kept {
            result.append(UInt8(ascii: "/"))
            result.append(contentsOf: segment)
        }
        return result.isEmpty ? [UInt8(ascii: "/")] : result
    }
}

extension RequestPath: CustomStringConvertible {
    /// The normalized path; bytes that are not UTF-8 become U+FFFD.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension UInt8 {
    /// The value of an ASCII hexadecimal digit, nil for any other byte.
    var hexadecimalDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
