import NIOCore
import WorkerProtocol

/// What a request's head says about its framing, its target and the connection, once it is known to keep the rules.
struct RequestShape {
    /// How the body is framed.
    enum Body: Equatable {
        case none
        case length(Int)
        case chunked
    }

    /// What the target is.
    enum Target: Equatable {
        /// A path with an optional query, as positions in the head; empty where an absolute form has no path.
        case path(Range<Int>, query: Range<Int>)
        /// The server as a whole: `OPTIONS *`.
        case asterisk
        /// The host and port of a CONNECT.
        case authority
    }

    enum Expectation {
        case none
        case hundredContinue
        case unknown
    }

    var isHTTP10 = false
    var body = Body.none
    var target = Target.asterisk
    /// The host without its port, as sent; nil where there is none.
    var host: Range<Int>?
    /// The `host` field's value, as sent.
    var hostField: Range<Int>?
    var expectation = Expectation.none
    /// Whether the client wants to send more requests on the connection.
    var keepsAlive = true
    /// The client's own request id, where it is good.
    var requestID: Range<Int>?
    var accept: Range<Int>?

    /// Reads a head, in the order in which mistakes are answered.
    init(_ head: borrowing RequestHeadBytes) throws(RequestRejection) {
        let bytes = head.buffer.readableBytesUInt8Span
        isHTTP10 = head.startLine.minorVersion == 0
        keepsAlive = !isHTTP10
        var framing = FramingFields()
        var requestIDs = 0
        for field in head.fields {
            let name = bytes.extracting(field.name)
            switch name.count {
            case 4 where ASCII.equal(name, "host"):
                framing.hosts += 1
                hostField = field.value
            case 6 where ASCII.equal(name, "accept"):
                accept = field.value
            case 6 where ASCII.equal(name, "expect"):
                ASCII.forEachMember(of: field.value, in: bytes) { member in
                    if ASCII.equal(bytes.extracting(member), "100-continue") {
                        if expectation == .none { expectation = .hundredContinue }
                    } else {
                        expectation = .unknown
                    }
                }
            case 10 where ASCII.equal(name, "connection"):
                ASCII.forEachMember(of: field.value, in: bytes) { member in
                    let option = bytes.extracting(member)
                    if ASCII.equal(option, "close") {
                        framing.closes = true
                    } else if ASCII.equal(option, "keep-alive") {
                        keepsAlive = true
                    }
                }
            case 12 where ASCII.equal(name, "x-request-id"):
                requestIDs += 1
                requestID = field.value
            case 14 where ASCII.equal(name, "content-length"):
                framing.addLength(bytes.extracting(field.value))
            case 17 where ASCII.equal(name, "transfer-encoding"):
                framing.addCoding(bytes.extracting(field.value))
            default:
                break
            }
        }
        if framing.closes { keepsAlive = false }
        if let id = requestID, requestIDs != 1 || !Self.isUsableRequestID(bytes.extracting(id)) { requestID = nil }

        let method = bytes.extracting(head.startLine.method)
        let parsed = try RequestTarget.parse(head.startLine.target, in: bytes, method: method)
        target = parsed.target
        try readHost(parsed.authority, count: framing.hosts, in: bytes)
        body = try framing.body(isHTTP10: isHTTP10)
        // A client of HTTP/1.0 knows no 100 (RFC 9110, section 10.1.1).
        if isHTTP10, expectation == .hundredContinue { expectation = .none }
    }

    private mutating func readHost(
        _ authority: RequestTarget.Authority?, count: Int, in bytes: Span<UInt8>
    ) throws(RequestRejection) {
        guard count <= 1 else { throw .malformed("The request has more than one Host field.") }
        guard let hostField else {
            guard isHTTP10 else { throw .malformed("The request has no Host field.") }
            host = authority?.host
            return
        }
        guard let named = RequestTarget.Authority(hostField, in: bytes) else {
            throw .malformed("The Host field is not a host name or address with an optional port.")
        }
        if let authority, !authority.isSame(as: named, in: bytes) {
            throw .malformed("The target names another host than the Host field.")
        }
        host = named.host
    }

    static func isUsableRequestID(_ value: Span<UInt8>) -> Bool {
        guard 1...128 ~= value.count else { return false }
        for index in value.indices where !value[index].isVisibleASCII { return false }
        return true
    }
}
