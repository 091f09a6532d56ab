public import SwiftZMQ

extension RequestHead {
    /// The most bytes a request's head may have for this reader: 1 MiB, far above what a gateway lets through.
    public static let maximumSize = 1_048_576

    /// Reads the first frame of a request, as a worker receives it.
    ///
    /// - Throws: when the frame is anything but a request line of HTTP/1.1, field lines, and an empty line, each ended
    ///   by CRLF.
    public init(reading frame: Frame) throws(WorkerProtocolError) {
        self = try frame.withUnsafeBytes { (bytes) throws(WorkerProtocolError) in try Self.read(bytes) }
    }

    private static func read(_ bytes: UnsafeRawBufferPointer) throws(WorkerProtocolError) -> RequestHead {
        var reader = try HeadReader(bytes, limit: maximumSize)
        guard let first = try reader.nextLine() else {
            throw WorkerProtocolError(.headEmpty, "the head is empty")
        }
        let (method, target) = try readRequestLine(first, reader)
        var fields: [Field] = []
        fields.reserveCapacity(16)
        while let line = try reader.nextLine() {
            if line.isEmpty {
                guard reader.isAtEnd else {
                    throw WorkerProtocolError(.dataAfterHead, "bytes follow the empty line that closes the head")
                }
                return RequestHead(method: method, target: target, fields: fields)
            }
            let name = try reader.name(of: line)
            fields.append(Field(name: String(decoding: name, as: UTF8.self), value: reader.value(of: line)))
        }
        throw WorkerProtocolError(.lineNotEnded, "the empty line that closes the head is missing")
    }

    private static func readRequestLine(
        _ line: HeadReader.Line, _ reader: HeadReader
    ) throws(WorkerProtocolError) -> (String, String) {
        let whole = reader.slice(line.start..<line.end)
        let version = " HTTP/1.1".utf8
        guard let space = whole.firstIndex(of: 0x20), space > 0, whole.count > space + 1 + version.count,
            whole[..<space].allSatisfy(FieldName.isTokenByte),
            whole.suffix(version.count).elementsEqual(version),
            whole[(space + 1)..<(whole.count - version.count)].allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            let shown = Frame.excerpt(of: whole)
            throw WorkerProtocolError(.requestLine, "the first line, '\(shown)', is not a request line of HTTP/1.1")
        }
        return (
            reader.text(line.start..<line.start + space),
            reader.text(line.start + space + 1..<line.end - version.count)
        )
    }
}
