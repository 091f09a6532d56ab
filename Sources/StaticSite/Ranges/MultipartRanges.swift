/// Several ranges as one body (RFC 9110, section 14.6).
struct MultipartRanges {
    let boundary: String
    let body: SiteBody

    /// - Parameters:
    ///   - contentType: of the whole representation, which each part repeats.
    ///   - boundary: a text that no file has in it by chance.
    init(_ ranges: [Range<Int>], of file: SiteFile, contentType: String, boundary: String) {
        self.boundary = boundary
        var pieces: [SiteBody.Piece] = []
        for (number, range) in ranges.enumerated() {
            let head =
                "\(number == 0 ? "" : "\r\n")--\(boundary)\r\ncontent-type: \(contentType)\r\ncontent-range: "
                + "\(ContentRange.text(range, of: file.size))\r\n\r\n"
            pieces += [.bytes(Array(head.utf8)), .range(range)]
        }
        pieces.append(.bytes(Array("\r\n--\(boundary)--\r\n".utf8)))
        body = SiteBody(file: file, pieces: pieces)
    }

    /// A boundary of 128 random bits.
    static func randomBoundary() -> String {
        var generator = SystemRandomNumberGenerator()
        return String(generator.next(), radix: 36) + String(generator.next(), radix: 36)
    }
}

/// The field `content-range` (RFC 9110, section 14.4).
enum ContentRange {
    static func text(_ range: Range<Int>, of length: Int) -> String {
        "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(length)"
    }

    static func unsatisfied(length: Int) -> String { "bytes */\(length)" }
}
