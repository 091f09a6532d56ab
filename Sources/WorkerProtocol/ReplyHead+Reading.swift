public import SwiftZMQ

extension ReplyHead {
    /// The most bytes a head may have: 64 KiB.
    public static let maximumSize = 65_536

    /// The status with which a worker accepts a WebSocket.
    public static let switchingProtocols = 101

    /// The head that a reply of one frame has: `200` with `content-type: text/plain; charset=utf-8`.
    public static let plainText = {
        let lines: Frame = "content-type: text/plain; charset=utf-8\r\n"
        return ReplyHead(
            status: 200, contentLength: nil,
            bytes: ReplyHeadBytes(
                frame: lines, reason: 0..<0, lines: 0..<lines.count, hasDate: false, hasServer: false))
    }()

    /// Reads the head of a reply.
    ///
    /// The first line is `HTTP/1.1 201 Created`, `201 Created` or `201`, then come field lines, every line ended by
    /// CRLF. The empty line at the end may be left out. Hop-by-hop fields and all that `connection` names are dropped,
    /// `content-length` goes to ``contentLength``. The reason phrase and the values stay the bytes that they are.
    ///
    /// - Parameters:
    ///   - frame: the first frame of a reply.
    ///   - maySwitch: whether the status may be 101, with which a worker accepts a WebSocket.
    /// - Throws: what is wrong with which line, for anything else.
    public init(reading frame: Frame, maySwitch: Bool = false) throws(WorkerProtocolError) {
        let head = try frame.withUnsafeBytes { (bytes) throws(WorkerProtocolError) in
            try Self.read(bytes, of: frame)
        }
        guard head.status != Self.switchingProtocols || maySwitch else { throw Self.outOfRange(head.status) }
        self = head
    }

    private static func outOfRange(_ status: Int) -> WorkerProtocolError {
        WorkerProtocolError(.statusOutOfRange, "the status is \(status); it must be 200 to 599")
    }

    /// What is found in the field lines on the way through them.
    private struct Findings {
        var isAsItGoesOut = true
        var lines = 0..<0
        var listed: Set<String> = []
        var contentLength: Int?
        var hasDate = false
        var hasServer = false
    }

    private static func read(
        _ bytes: UnsafeRawBufferPointer, of frame: Frame
    ) throws(WorkerProtocolError) -> ReplyHead {
        var reader = try HeadReader(bytes, limit: maximumSize)
        guard let first = try reader.nextLine() else {
            throw WorkerProtocolError(.headEmpty, "the head is empty")
        }
        let (status, reason) = try readStatusLine(first, reader)
        var findings = Findings()
        findings.lines = reader.position..<reader.position
        while let line = try reader.nextLine() {
            if line.isEmpty {
                guard reader.isAtEnd else {
                    throw WorkerProtocolError(.dataAfterHead, "bytes follow the empty line that closes the head")
                }
                break
            }
            let name = try reader.name(of: line)
            note(FieldName(name), line, reader, &findings)
            findings.lines = findings.lines.lowerBound..<reader.position
        }
        let head =
            findings.isAsItGoesOut && findings.listed.isEmpty
            ? ReplyHeadBytes(
                frame: frame, reason: reason, lines: findings.lines, hasDate: findings.hasDate,
                hasServer: findings.hasServer)
            : filtered(bytes, reason: reason, findings)
        return ReplyHead(status: status, contentLength: findings.contentLength, bytes: head)
    }

    private static func note(
        _ meaning: FieldName, _ line: HeadReader.Line, _ reader: HeadReader, _ findings: inout Findings
    ) {
        let value = reader.valueRange(of: line)
        switch meaning {
        case .connection: FieldName.insertNames(listedIn: reader.slice(value), into: &findings.listed)
        case .contentLength: findings.contentLength = plainNumber(reader.slice(value))
        case .date: findings.hasDate = true
        case .server: findings.hasServer = true
        default: break
        }
        if isDropped(meaning) || value.lowerBound != line.colon + 2 || value.upperBound != line.end {
            findings.isAsItGoesOut = false
        }
    }

    /// Whether a field never goes to the client as the worker sent it.
    private static func isDropped(_ meaning: FieldName) -> Bool {
        switch meaning {
        case .connection, .contentLength, .hopByHop, .upgrade, .transferEncoding, .requestID: true
        default: false
        }
    }

    /// The head anew, without the lines that do not go to the client. It is known to be good.
    private static func filtered(
        _ bytes: UnsafeRawBufferPointer, reason: Range<Int>, _ findings: Findings
    ) -> ReplyHeadBytes {
        var (hasDate, hasServer) = (false, false)
        // Each line may get a blank that it lacks, and has three bytes at least: a name, a colon and a line end.
        let capacity = reason.count + findings.lines.count + findings.lines.count / 3
        let frame = Frame(writingUpTo: capacity) { output in
            output.withUnsafeMutableBytes { room, count in
                var kept = HeadOutput(room)
                kept.append(UnsafeRawBufferPointer(rebasing: bytes[reason]))
                var lines = HeadReader(bytes, from: findings.lines.lowerBound)
                while let line = try? lines.nextLine(), !line.isEmpty {
                    let name = lines.slice(line.start..<line.colon)
                    let meaning = FieldName(name)
                    if isDropped(meaning) { continue }
                    if !findings.listed.isEmpty,
                        findings.listed.contains(String(decoding: name, as: UTF8.self).lowercased())
                    {
                        continue
                    }
                    if meaning == .date { hasDate = true }
                    if meaning == .server { hasServer = true }
                    kept.append(name)
                    kept.append(": ", lines.slice(lines.valueRange(of: line)))
                }
                count = kept.count
            }
        }
        return ReplyHeadBytes(
            frame: frame, reason: 0..<reason.count, lines: reason.count..<frame.count, hasDate: hasDate,
            hasServer: hasServer)
    }

    private static func readStatusLine(
        _ line: HeadReader.Line, _ reader: HeadReader
    ) throws(WorkerProtocolError) -> (Int, Range<Int>) {
        let whole = reader.slice(line.start..<line.end)
        var start = 0
        if whole.count >= 9, whole.starts(with: "HTTP/1.".utf8), isDigit(whole[7]), whole[8] == 0x20 { start = 9 }
        guard whole.count >= start + 3, isDigit(whole[start]), isDigit(whole[start + 1]), isDigit(whole[start + 2]),
            whole.count == start + 3 || whole[start + 3] == 0x20
        else {
            let shown = Frame.excerpt(of: whole)
            throw WorkerProtocolError(.statusLine, "the first line, '\(shown)', is not a status line")
        }
        let status = (0..<3).reduce(0) { $0 * 10 + Int(whole[start + $1] - 0x30) }
        guard (200...599).contains(status) || status == switchingProtocols else { throw outOfRange(status) }
        guard whole.count > start + 4 else { return (status, line.end..<line.end) }
        return (status, line.start + start + 4..<line.end)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private static func plainNumber(_ text: UnsafeRawBufferPointer) -> Int? {
        text.allSatisfy(isDigit) ? Int(String(decoding: text, as: UTF8.self)) : nil
    }
}
