/// What the answer to a head that is refused needs of it: read leniently, and believed in nothing else.
struct HeadHints {
    /// The client's own request id, where there is exactly one and it is good.
    private(set) var requestID: String?
    /// Whether the client would rather have an error as plain text.
    private(set) var prefersText = false

    /// - Parameter head: a head from its first byte, as far as it has come.
    init(_ head: Span<UInt8>) {
        var ids = 0
        var lineStart = 0
        var isFirstLine = true
        for index in head.indices where head[index] == UInt8(ascii: "\n") {
            let end = index > lineStart && head[index - 1] == UInt8(ascii: "\r") ? index - 1 : index
            if !isFirstLine, let colon = (lineStart..<end).first(where: { head[$0] == UInt8(ascii: ":") }) {
                let name = head.extracting(lineStart..<colon)
                let value = ASCII.trimmed(colon + 1..<end, of: head)
                if ASCII.equal(name, "x-request-id") {
                    ids += 1
                    requestID = ids == 1 ? Self.text(head.extracting(value)) : nil
                } else if ASCII.equal(name, "accept") {
                    prefersText = AcceptPreference.prefersText(value, in: head)
                }
            }
            isFirstLine = false
            lineStart = index + 1
        }
    }

    private static func text(_ id: Span<UInt8>) -> String? {
        guard RequestShape.isUsableRequestID(id) else { return nil }
        return id.indices.reduce(into: "") { $0.unicodeScalars.append(Unicode.Scalar(id[$1])) }
    }
}
