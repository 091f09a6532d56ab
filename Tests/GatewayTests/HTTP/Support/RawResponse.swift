/// A response as a strict client reads it from bytes.
struct RawResponse: Equatable {
    var status: Int
    var reason: String
    /// The fields in order, names as sent.
    var fields: [(name: String, value: String)]
    var body: [UInt8]
    /// Whether a chunked body ended by its last chunk; true for bodies of other framings.
    var isComplete = true

    static func == (one: RawResponse, other: RawResponse) -> Bool {
        one.status == other.status && one.body == other.body
            && one.fields.elementsEqual(other.fields) { $0.name == $1.name && $0.value == $1.value }
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The only value of a field; nil where it is missing or stands twice.
    subscript(name: String) -> String? {
        let values = fields.filter { $0.name.lowercased() == name }
        return values.count == 1 ? values[0].value : nil
    }

    func has(_ name: String) -> Bool { fields.contains { $0.name.lowercased() == name } }

    /// Reads one response from the start of bytes.
    ///
    /// - Parameters:
    ///   - isHead: whether it answers a HEAD request.
    ///   - atEnd: whether no byte will follow.
    /// - Returns: nil where more bytes are needed, otherwise the response and the number of bytes it took.
    static func read(_ bytes: [UInt8], isHead: Bool = false, atEnd: Bool = false) -> (RawResponse, Int)? {
        guard let headEnd = position(of: "\r\n\r\n", in: bytes, from: 0) else { return nil }
        let head = String(decoding: bytes[..<headEnd], as: UTF8.self)
        var lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
        let first = lines.removeFirst()
        guard first.hasPrefix("HTTP/1.1 "), let status = Int(first.dropFirst(9).prefix(3)) else { return nil }
        var response = RawResponse(status: status, reason: String(first.dropFirst(13)), fields: [], body: [])
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            response.fields.append(
                (String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " })))
        }
        let start = headEnd + 4
        if isHead || status < 200 || status == 204 || status == 304 { return (response, start) }
        if response["transfer-encoding"] == "chunked" { return readChunks(bytes, start, response, atEnd) }
        if let length = response["content-length"].flatMap(Int.init) {
            guard bytes.count >= start + length else { return nil }
            response.body = Array(bytes[start..<start + length])
            return (response, start + length)
        }
        guard atEnd else { return nil }
        response.body = Array(bytes[start...])
        return (response, bytes.count)
    }

    private static func readChunks(
        _ bytes: [UInt8], _ start: Int, _ head: RawResponse, _ atEnd: Bool
    ) -> (RawResponse, Int)? {
        var response = head
        var position = start
        while let lineEnd = Self.position(of: "\r\n", in: bytes, from: position),
            let size = Int(String(decoding: bytes[position..<lineEnd], as: UTF8.self), radix: 16),
            bytes.count >= lineEnd + 2 + size + 2
        {
            response.body += bytes[lineEnd + 2..<lineEnd + 2 + size]
            position = lineEnd + 2 + size + 2
            if size == 0 { return (response, position) }
        }
        guard atEnd else { return nil }
        response.isComplete = false
        return (response, bytes.count)
    }

    private static func position(of text: String, in bytes: [UInt8], from start: Int) -> Int? {
        let pattern = Array(text.utf8)
        guard bytes.count >= start + pattern.count else { return nil }
        return (start...bytes.count - pattern.count).first { bytes[$0..<$0 + pattern.count].elementsEqual(pattern) }
    }
}
