public import SwiftZMQ

/// The steps of making a request's first frame: look at every field once, then write every field once.
///
/// Two passes, because a `connection` field may come after the fields that it names.
@usableFromInline
struct RequestForwarding {
    private let bodyLength: Int
    private let origin: RequestOrigin
    private var writer = HeadWriter()
    private var listed: Set<String> = []
    private var host: String?
    private var hasWrittenHost = false
    private var hasWrittenLength = false

    @usableFromInline
    init(bodyLength: Int, origin: RequestOrigin) {
        self.bodyLength = bodyLength
        self.origin = origin
    }

    @usableFromInline
    mutating func inspect(name: String, value: String) {
        switch Self.kind(of: name) {
        case .connection: FieldName.insertNames(listedIn: value, into: &listed)
        case .host where host == nil: host = value
        default: break
        }
    }

    @usableFromInline
    mutating func begin(method: String, target: String) throws(WorkerProtocolError) {
        guard !method.isEmpty, method.utf8.allSatisfy(FieldName.isTokenByte) else {
            throw WorkerProtocolError(.requestLine, "the method is not a token")
        }
        guard !target.isEmpty, target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw WorkerProtocolError(.requestLine, "the target is empty or has bytes that are not visible ASCII")
        }
        writer.append(method)
        writer.append(" ")
        writer.append(target)
        writer.append(" HTTP/1.1\r\n")
        if host == nil {
            try writer.append(name: "host", value: origin.listenerAddress)
            hasWrittenHost = true
        }
    }

    @usableFromInline
    mutating func append(name: String, value: String) throws(WorkerProtocolError) {
        switch Self.kind(of: name) {
        case .connection, .hopByHop, .gateway:
            return
        case .host:
            guard !hasWrittenHost else { return }
            hasWrittenHost = true
            try writer.append(name: name, value: value)
        case .contentLength:
            try appendLength()
        case .other:
            if !listed.isEmpty, listed.contains(name.lowercased()) { return }
            try writer.append(name: name, value: value)
        }
    }

    @usableFromInline
    mutating func finish() throws(WorkerProtocolError) -> Message {
        try appendLength()
        try writer.append(name: "x-request-id", value: origin.requestID)
        try writer.append(name: "x-forwarded-for", value: origin.clientAddress)
        try writer.append(name: "x-forwarded-proto", value: origin.scheme)
        try writer.append(name: "x-forwarded-host", value: host ?? origin.listenerAddress)
        writer.endLine()
        return writer.message
    }

    private mutating func appendLength() throws(WorkerProtocolError) {
        guard bodyLength > 0, !hasWrittenLength else { return }
        hasWrittenLength = true
        try writer.append(name: "content-length", value: String(bodyLength))
    }

    private static func kind(of name: String) -> FieldName {
        var name = name
        return name.withUTF8 { FieldName(UnsafeRawBufferPointer($0)) }
    }
}
