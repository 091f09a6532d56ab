import NIOCore
import SwiftZMQ
import WorkerProtocol

/// A request whose head keeps all rules, as places in the bytes that came.
///
/// Whatever reads it afterwards (routing, the head for the worker, the access log) copies nothing that it does not keep.
struct ParsedRequest {
    /// How the body is framed.
    enum Body: Equatable {
        case none
        case length(Int)
        case chunked
    }

    /// What the target is.
    enum Target: Equatable {
        /// A path with an optional query; the path is empty where an absolute form has none.
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

    /// The head's bytes; all places count from its reader index.
    var bytes: ByteBuffer
    var method: Range<Int>
    /// The target as sent.
    var wholeTarget: Range<Int>
    var target = Target.asterisk
    /// Whether the path has neither a percent escape nor a dot behind a slash, so that it is normal as it stands.
    var isPathNormal = false
    var isHTTP10 = false
    /// The host and the port that an absolute target names.
    var authority: Range<Int>?
    /// The host without its port, from the Host field or an absolute target; nil where there is none.
    var host: Range<Int>?
    var fields: [HeadField] = []
    var body = Body.none
    var expectation = Expectation.none
    /// Whether the client wants to send more requests on the connection.
    var keepsAlive = true
    /// The client's own request id, where it is good.
    var requestID: Range<Int>?
    /// Whether there is an `upgrade` field.
    var hasUpgrade = false
    /// Whether it is a request of HTTP/2 that opens a WebSocket (RFC 8441), which is read as a GET.
    var isExtendedConnect = false
    /// Whether there is an `accept` field.
    var hasAccept = false

    /// The text at a place; a head's texts are ASCII but for field values, whose invalid bytes become U+FFFD.
    func text(_ range: Range<Int>) -> String {
        bytes.withUnsafeReadableBytes { String(decoding: $0[range], as: UTF8.self) }
    }

    /// Whether the method is a given one; methods are told apart by case.
    func isMethod(_ name: StaticString) -> Bool {
        ASCII.isSame(bytes.readableBytesUInt8Span.extracting(method), name)
    }

    /// The members of a field whose value is a list, without empty ones (RFC 9110, section 5.6.1).
    func members(of field: HeadField) -> [Range<Int>] {
        var members: [Range<Int>] = []
        ASCII.forEachMember(of: field.value, in: bytes.readableBytesUInt8Span) { member in
            if !member.isEmpty { members.append(member) }
        }
        return members
    }

    /// The first segment of a path that is normal as it stands; nil where that is empty.
    func firstSegment(of path: Range<Int>) -> String? {
        let bytes = self.bytes.readableBytesUInt8Span
        let start = path.lowerBound + 1
        var end = start
        while end < path.upperBound, bytes[end] != UInt8(ascii: "/") { end += 1 }
        return end > start ? text(start..<end) : nil
    }

    /// A path as routing sees it.
    func decoded(path: Range<Int>) -> RequestPath {
        let bytes = self.bytes.readableBytesUInt8Span
        return RequestPath(decoding: bytes.extracting(path))
    }

    /// The first frame for a worker.
    ///
    /// - Parameter origin: what the gateway knows of where the request comes from.
    func forwarded(bodySize: Int, isWebSocket: Bool, origin: RequestOrigin) -> Frame {
        bytes.withUnsafeReadableBytes { bytes in
            RequestHead.frame(
                of: bytes, method: method, target: originTarget, authority: authority, fields: fields,
                bodyLength: bodySize, isWebSocket: isWebSocket, origin: origin)
        }
    }

    /// The target in origin form; without its slash where an absolute form has no path.
    var originTarget: Range<Int> {
        switch target {
        case .path(let path, let query): path.isEmpty ? query : path.lowerBound..<query.upperBound
        case .asterisk, .authority: wholeTarget
        }
    }

    /// Whether the client would rather read an error as plain text.
    var prefersText: Bool {
        guard hasAccept else { return false }
        var preference = AcceptPreference()
        for field in fields where field.meaning == .accept {
            preference.note(field.value, in: bytes.readableBytesUInt8Span)
        }
        return preference.prefersText
    }
}
