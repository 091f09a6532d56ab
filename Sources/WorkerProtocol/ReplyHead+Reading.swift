public import SwiftZMQ

extension ReplyHead {
    /// The most bytes a head may have: 64 KiB.
    public static let maximumSize = 65_536

    /// The head that a reply of one frame has: `200` with `content-type: text/plain; charset=utf-8`.
    public static let plainText = ReplyHead(
        status: 200, fields: [Field(name: "content-type", value: "text/plain; charset=utf-8")])

    /// Reads the head of a reply.
    ///
    /// The first line is `HTTP/1.1 201 Created`, `201 Created` or `201`, then come field lines, every line ended by
    /// CRLF. The empty line at the end may be left out. Hop-by-hop fields and all that `connection` names are dropped,
    /// `content-length` goes to ``contentLength``.
    ///
    /// - Throws: what is wrong with which line, for anything else.
    public init(reading frame: Message) throws(WorkerProtocolError) {
        self = try frame.withUnsafeBytes { (bytes) throws(WorkerProtocolError) in try Self.read(bytes) }
    }

    private static func read(_ bytes: UnsafeRawBufferPointer) throws(WorkerProtocolError) -> ReplyHead {
        var reader = try HeadReader(bytes, limit: maximumSize)
        guard let first = try reader.nextLine() else {
            throw WorkerProtocolError(.headEmpty, "the head is empty")
        }
        let (status, reason) = try readStatusLine(first, reader)

        var fields: [Field] = []
        var listed: Set<String> = []
        var length: Int?
        while let line = try reader.nextLine() {
            if line.isEmpty {
                guard reader.isAtEnd else {
                    throw WorkerProtocolError(.dataAfterHead, "bytes follow the empty line that closes the head")
                }
                break
            }
            let name = try reader.name(of: line)
            switch FieldName(name) {
            case .hopByHop: continue
            case .connection: FieldName.insertNames(listedIn: reader.value(of: line), into: &listed)
            case .contentLength: length = plainNumber(reader.value(of: line))
            case .host, .gateway, .forwardedFor, .forwardedProto, .forwardedHost, .forwarded, .other:
                if fields.isEmpty { fields.reserveCapacity(8) }
                fields.append(Field(name: String(decoding: name, as: UTF8.self), value: reader.value(of: line)))
            }
        }
        if !listed.isEmpty { fields.removeAll { listed.contains($0.name.lowercased()) } }
        return ReplyHead(status: status, reason: reason, fields: fields, contentLength: length)
    }

    private static func readStatusLine(
        _ line: HeadReader.Line, _ reader: HeadReader
    ) throws(WorkerProtocolError) -> (Int, String) {
        let whole = reader.slice(line.start, line.end)
        var start = 0
        if whole.count >= 9, whole.starts(with: "HTTP/1.".utf8), isDigit(whole[7]), whole[8] == 0x20 { start = 9 }
        guard whole.count >= start + 3, isDigit(whole[start]), isDigit(whole[start + 1]), isDigit(whole[start + 2]),
            whole.count == start + 3 || whole[start + 3] == 0x20
        else {
            let shown = Message.excerpt(of: whole)
            throw WorkerProtocolError(.statusLine, "the first line, '\(shown)', is not a status line")
        }
        let status = (0..<3).reduce(0) { $0 * 10 + Int(whole[start + $1] - 0x30) }
        guard (200...599).contains(status) else {
            throw WorkerProtocolError(.statusOutOfRange, "the status is \(status); it must be 200 to 599")
        }
        guard whole.count > start + 4 else { return (status, "") }
        return (status, reader.text(line.start + start + 4, line.end))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private static func plainNumber(_ text: String) -> Int? {
        text.utf8.allSatisfy(isDigit) ? Int(text) : nil
    }
}
