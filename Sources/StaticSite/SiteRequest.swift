import HTTPTypes
import TextFormats

/// A GET or HEAD for a representation that is there.
struct SiteRequest {
    let method: HTTPRequest.Method
    let fields: HTTPFields
    /// In nanoseconds since 1970.
    let now: Int

    /// The answer with a file, its parts, or none of it.
    ///
    /// - Parameters:
    ///   - file: the representation's bytes.
    ///   - modified: when it was last changed, in nanoseconds since 1970.
    ///   - fields: what says what the bytes are.
    func answer(_ file: SiteFile, tag: EntityTag, modified: Int, _ fields: HTTPFields) -> SiteAnswer {
        // A file from the future was changed now, as nobody can know better (section 8.8.2.1).
        let seconds = min(modified, now) / 1_000_000_000
        let representation = Preconditions.Representation(tag: tag, modified: seconds)
        let preconditions = Preconditions(fields: self.fields, now: now / 1_000_000_000)
        var fields = fields
        fields[.eTag] = tag.text
        fields[.lastModified] = HTTPDate.text(seconds)
        switch preconditions.evaluate(representation) {
        case .failed:
            return SiteAnswer(.preconditionFailed, problem: "precondition-failed", "The file is another one by now.")
        case .notModified:
            // Only what tells the stored answer apart from others, and how long it may be used (section 15.4.5).
            fields[.contentType] = nil
            fields[.contentEncoding] = nil
            return SiteAnswer(.notModified, fields)
        case .proceed: break
        }
        fields[.acceptRanges] = "bytes"
        // Ranges are defined for GET alone (section 14.2).
        guard method == .get, let value = self.fields[.range], let request = RangeRequest(value),
            preconditions.allowRange(representation)
        else { return whole(file, fields) }
        switch request.select(of: file.size) {
        case .whole: return whole(file, fields)
        case .unsatisfiable:
            return SiteAnswer(
                .rangeNotSatisfiable, problem: "range-not-satisfiable", "The file has \(file.size) bytes.",
                [.contentRange: ContentRange.unsatisfied(length: file.size)])
        case .ranges(let ranges) where ranges.count == 1:
            fields[.contentRange] = ContentRange.text(ranges[0], of: file.size)
            return SiteAnswer(.partialContent, fields, body: SiteBody(file: file, pieces: [.range(ranges[0])]))
        case .ranges(let ranges):
            let parts = MultipartRanges(
                ranges, of: file, contentType: fields[.contentType] ?? "", boundary: MultipartRanges.randomBoundary())
            fields[.contentType] = "multipart/byteranges; boundary=\(parts.boundary)"
            return SiteAnswer(.partialContent, fields, body: parts.body)
        }
    }

    private func whole(_ file: SiteFile, _ fields: HTTPFields) -> SiteAnswer {
        SiteAnswer(.ok, fields, body: SiteBody(file: file, pieces: [.range(0..<file.size)]))
    }
}
