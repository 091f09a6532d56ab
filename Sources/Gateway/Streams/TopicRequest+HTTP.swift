import NIOCore
import WorkerProtocol

extension TopicRequest {
    /// Reads what a client wants out of its request.
    ///
    /// - Parameters:
    ///   - route: the name of the route.
    ///   - rest: the path behind that of the route: what the topics begin with.
    ///   - kind: with what the client reads.
    convenience init(
        _ request: borrowing ParsedRequest, route: String, rest: [UInt8], kind: TopicReaderKind = .eventStream
    ) {
        var prefixes: [[UInt8]] = []
        var asked: [[UInt8]] = []
        let bytes = request.bytes.readableBytesUInt8Span
        if case .path(_, let query) = request.target {
            QueryParameters.forEach(in: query, of: bytes) { name, value in
                if name.elementsEqual("topic".utf8) { prefixes.append(value) }
                if name.elementsEqual("last-event-id".utf8) { asked.append(value) }
            }
        }
        if !rest.isEmpty || prefixes.isEmpty { prefixes.append(rest) }
        var told: [[UInt8]] = []
        for field in request.fields where ASCII.equal(bytes.extracting(field.name), "last-event-id") {
            told.append(field.value.map { bytes[$0] })
        }
        // A browser says after a loss of the connection where it was, whatever stood in the page's own URL. An empty field
        // names no event.
        self.init(
            route: route, prefixes: prefixes, position: Self.position(told.allSatisfy(\.isEmpty) ? asked : told),
            kind: kind, isHead: request.isMethod("HEAD"))
    }

    /// Where a client was that says it like this.
    private static func position(_ texts: [[UInt8]]) -> Position {
        guard let text = texts.first, texts.count > 1 || !text.isEmpty else { return .now }
        // Said twice it is no number, just as where it has a sign or a leading zero that the gateway never wrote.
        guard texts.count == 1, text.allSatisfy(\.isDigit), text.count == 1 || text.first != UInt8(ascii: "0"),
            let id = UInt64(String(decoding: text, as: UTF8.self))
        else { return .unreadable }
        return .after(id)
    }
}

extension ParsedRequest {
    /// Whether the client takes an answer as a reader of that kind reads it (RFC 9110, section 12.5.1). Without an `accept`
    /// field it takes anything.
    func accepts(_ kind: TopicReaderKind) -> Bool {
        guard hasAccept else { return true }
        var specificity = 0
        var weight = 0
        // An empty list says as little as none.
        var isEmpty = true
        let bytes = self.bytes.readableBytesUInt8Span
        for field in fields where field.meaning == .accept {
            MediaRange.forEach(in: field.value, of: bytes) { range in
                let type = bytes.extracting(range.type)
                if !type.isEmpty { isEmpty = false }
                let found =
                    ASCII.equal(type, "text/event-stream")
                    ? 3
                    : ASCII.equal(type, "text/*") ? 2 : ASCII.equal(type, "*/*") ? 1 : 0
                // The most specific range decides.
                guard found > specificity else { return }
                specificity = found
                weight = range.weight
            }
        }
        return weight > 0 || isEmpty
    }
}
