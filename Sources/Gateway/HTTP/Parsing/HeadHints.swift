/// What the answer to a head that is refused needs of it: read leniently, and believed in nothing else.
struct HeadHints {
    /// The client's own request id, where there is exactly one and it is good.
    private(set) var requestID: String?
    /// The method and the target, where the first line is good.
    private(set) var method = ""
    private(set) var target = ""
    /// Whether the request is a HEAD, whose answer has no body (RFC 9110, section 9.3.2), whatever is wrong with the rest.
    let isHead: Bool
    /// Whether the client would rather have an error as plain text.
    var prefersText: Bool { preference.prefersText }

    private var preference = AcceptPreference()

    /// - Parameter head: a head from its first byte, as far as it has come; what follows it is not looked at.
    init(_ head: Span<UInt8>, limits: RequestLimits) {
        isHead = head.count >= 5 && ASCII.isSame(head.extracting(0..<5), "HEAD ")
        if let line = RequestStartLine(faultless: head, limits: limits) {
            method = Self.ascii(head.extracting(line.method))
            target = Self.ascii(head.extracting(line.target))
        }
        var ids = 0
        var lineStart = 0
        var isFirstLine = true
        for index in head.indices where head[index] == UInt8(ascii: "\n") {
            let end = index > lineStart && head[index - 1] == UInt8(ascii: "\r") ? index - 1 : index
            if !isFirstLine, end == lineStart { return }
            if !isFirstLine, let colon = (lineStart..<end).first(where: { head[$0] == UInt8(ascii: ":") }) {
                let name = head.extracting(lineStart..<colon)
                let value = ASCII.trimmed(colon + 1..<end, of: head)
                if ASCII.equal(name, "x-request-id") {
                    ids += 1
                    requestID = ids == 1 ? Self.text(head.extracting(value)) : nil
                } else if ASCII.equal(name, "accept") {
                    preference.note(value, in: head)
                }
            }
            isFirstLine = false
            lineStart = index + 1
        }
    }

    private static func text(_ id: Span<UInt8>) -> String? {
        guard RequestHeadParser.isUsableRequestID(id) else { return nil }
        return ascii(id)
    }

    private static func ascii(_ text: Span<UInt8>) -> String {
        text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
