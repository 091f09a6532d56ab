import NIOCore
import WorkerProtocol

/// Reads the head of a request that comes in any number of pieces, in one pass over its bytes, and checks it against all
/// rules.
///
/// It refuses early what can no longer become a good head, so that nothing is collected beyond the limits and no client
/// waits for a timeout to learn of a mistake. Mistakes are answered in the order of the rules, whatever their order in the
/// head.
struct RequestHeadParser {
    /// Which port is meant where a host names none.
    private let defaultPort: Int
    private var startLine: RequestStartLine?
    private var lines = FieldLines(from: 0)
    /// How far a first line without its end has been looked through.
    private var seen = 0
    private var isStartLineClean = true

    init(defaultPort: Int = 80) {
        self.defaultPort = defaultPort
    }

    /// Whether no byte was looked at yet.
    var isAtStart: Bool { seen == 0 && startLine == nil }

    /// Goes on where the last call ended; nil where more bytes are needed.
    ///
    /// - Parameter input: begins with the head's first byte. A head that is complete is taken from it.
    /// - Throws: the first reason in the order of the rules why the head is refused; then it is left in the input.
    mutating func parse(_ input: inout ByteBuffer, limits: RequestLimits) throws(RequestRejection) -> ParsedRequest? {
        guard var request = try parse(input.readableBytesUInt8Span, limits) else { return nil }
        guard let head = input.readSlice(length: lines.position) else { return nil }
        request.bytes = head
        self = RequestHeadParser(defaultPort: defaultPort)
        return request
    }

    private mutating func parse(_ bytes: Span<UInt8>, _ limits: RequestLimits) throws(RequestRejection)
        -> ParsedRequest?
    {
        if startLine == nil {
            guard try readStartLine(bytes, limits) else { return nil }
        }
        guard let startLine, lines.read(bytes, limits: limits) else { return nil }
        let fieldBytes = lines.position - startLine.end - (lines.isClean ? 2 : 1)
        if let rejection = rejection(fieldBytes: fieldBytes, limits) { throw rejection }
        guard !lines.hasMalformedLine else { throw FieldLines.malformed }
        if let fault = startLine.targetFault { throw fault }
        return try interpret(startLine, lines.fields, bytes)
    }

    /// Why an incomplete head will be refused whatever follows, nil where it may still become good.
    ///
    /// - Parameter bytes: the same bytes as in the call to `parse` before.
    func rejection(ofIncomplete bytes: Span<UInt8>, limits: RequestLimits) -> RequestRejection? {
        guard let startLine else {
            if !isStartLineClean {
                return .malformed("The request contains a control character or a line not ended by CRLF.")
            }
            return RequestStartLine.rejection(ofIncomplete: bytes, limits: limits)
        }
        // A CR with which a line begins is most likely half of the empty line that ends the head: no field byte.
        let isEnding = lines.position == bytes.count - 1 && bytes[lines.position] == UInt8(ascii: "\r")
        return rejection(fieldBytes: bytes.count - startLine.end - (isEnding ? 1 : 0), limits)
    }

    private func rejection(fieldBytes: Int, _ limits: RequestLimits) -> RequestRejection? {
        if fieldBytes > limits.headerSize || lines.count > limits.fieldCount { return RequestLimits.headTooLarge }
        return isStartLineClean && lines.isClean
            ? nil : .malformed("The head contains a control character or a line not ended by CRLF.")
    }

    private mutating func readStartLine(_ bytes: Span<UInt8>, _ limits: RequestLimits) throws(RequestRejection) -> Bool
    {
        if seen == 0, let line = RequestStartLine(faultless: bytes, limits: limits) {
            begin(line)
            return true
        }
        while seen < bytes.count, bytes[seen] != UInt8(ascii: "\n") {
            let byte = bytes[seen]
            if seen > 0, bytes[seen - 1] == UInt8(ascii: "\r") { isStartLineClean = false }
            if byte < 0x20 && byte != UInt8(ascii: "\t") && byte != UInt8(ascii: "\r") || byte == 0x7F {
                isStartLineClean = false
            }
            seen += 1
        }
        guard seen < bytes.count else { return false }
        if let line = RequestStartLine(faultless: bytes, limits: limits) {
            begin(line)
        } else {
            if seen == 0 || bytes[seen - 1] != UInt8(ascii: "\r") { isStartLineClean = false }
            begin(try RequestStartLine(bytes.extracting(0...seen), limits: limits))
        }
        return true
    }

    private mutating func begin(_ line: RequestStartLine) {
        startLine = line
        lines = FieldLines(from: line.end)
    }

    // MARK: Meaning

    private func interpret(
        _ line: RequestStartLine, _ fields: [HeadField], _ bytes: Span<UInt8>
    ) throws(RequestRejection) -> ParsedRequest {
        var request = ParsedRequest(bytes: ByteBuffer(), method: line.method, wholeTarget: line.target)
        request.isHTTP10 = line.minorVersion == 0
        request.isPathNormal = line.isPathNormal
        request.fields = fields
        var framing = FramingFields()
        var hosts = 0
        var hostField: Range<Int>?
        var requestIDs = 0
        var closes = false
        // What a closure changes is copied once more at the end; the request is to be moved.
        var keepsAlive = line.minorVersion != 0
        for field in fields {
            switch field.meaning {
            case .host:
                hosts += 1
                hostField = field.value
            case .accept:
                request.hasAccept = true
            case .upgrade:
                request.hasUpgrade = true
            case .expect:
                Self.note(expectation: field.value, bytes, &request)
            case .connection:
                ASCII.forEachMember(of: field.value, in: bytes) { member in
                    let option = bytes.extracting(member)
                    if ASCII.equal(option, "close") {
                        closes = true
                    } else if ASCII.equal(option, "keep-alive") {
                        keepsAlive = true
                    }
                }
            case .requestID:
                requestIDs += 1
                request.requestID = field.value
            case .contentLength:
                framing.addLength(bytes.extracting(field.value))
            case .transferEncoding:
                framing.addCoding(bytes.extracting(field.value))
            default:
                break
            }
        }
        request.keepsAlive = keepsAlive && !closes
        if let id = request.requestID, requestIDs != 1 || !Self.isUsableRequestID(bytes.extracting(id)) {
            request.requestID = nil
        }
        let parsed = try RequestTarget.parse(line, in: bytes)
        request.target = parsed.target
        request.authority = parsed.authority?.whole
        request.host = try host(hostField, count: hosts, parsed.authority, bytes, isHTTP10: request.isHTTP10)
        request.body = try framing.body(isHTTP10: request.isHTTP10)
        // A client of HTTP/1.0 knows no 100 (RFC 9110, section 10.1.1).
        if request.isHTTP10, request.expectation == .hundredContinue { request.expectation = .none }
        return request
    }

    /// Takes an `expect` field into account: a list, whose empty members mean nothing (RFC 9110, sections 5.6.1.2, 10.1.1).
    private static func note(expectation value: Range<Int>, _ bytes: Span<UInt8>, _ request: inout ParsedRequest) {
        var isEmpty = true
        var expectation = request.expectation
        ASCII.forEachMember(of: value, in: bytes) { member in
            if member.isEmpty { return }
            isEmpty = false
            if !ASCII.equal(bytes.extracting(member), "100-continue") {
                expectation = .unknown
            } else if expectation == .none {
                expectation = .hundredContinue
            }
        }
        request.expectation = isEmpty ? .unknown : expectation
    }

    private func host(
        _ field: Range<Int>?, count: Int, _ authority: RequestTarget.Authority?, _ bytes: Span<UInt8>, isHTTP10: Bool
    ) throws(RequestRejection) -> Range<Int>? {
        guard count <= 1 else { throw .malformed("The request has more than one Host field.") }
        guard let field else {
            guard isHTTP10 else { throw .malformed("The request has no Host field.") }
            return authority?.host
        }
        guard let named = RequestTarget.Authority(field, in: bytes) else {
            throw .malformed("The Host field is not a host name or address with an optional port.")
        }
        if let authority, !authority.isSame(as: named, in: bytes, defaultPort: defaultPort) {
            throw .malformed("The target names another host than the Host field.")
        }
        return named.host
    }

    static func isUsableRequestID(_ value: Span<UInt8>) -> Bool {
        guard 1...128 ~= value.count else { return false }
        for index in value.indices where !value[index].isVisibleASCII { return false }
        return true
    }
}
