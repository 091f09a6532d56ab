import SwiftZMQ

/// The steps of making a request's first frame: look at every field once, then write every field once.
///
/// Two passes, because a `connection` field may come after the fields that it names. Bytes are copied as they are: a
/// value may be in any encoding.
struct RequestForwarding {
    private let head: UnsafeRawBufferPointer
    private let bodyLength: Int
    private let origin: RequestOrigin
    private var writer: HeadWriter
    private var listed: Set<String> = []
    private var host: Range<Int>?
    private var hasWrittenHost = false
    private var hasWrittenLength = false
    // What a trusted proxy says; empty for everybody else.
    private var addresses: [Range<Int>] = []
    private var schemes: [Range<Int>] = []
    private var hosts: [Range<Int>] = []

    init(head: UnsafeRawBufferPointer, bodyLength: Int, origin: RequestOrigin) {
        self.head = head
        self.bodyLength = bodyLength
        self.origin = origin
        // What the gateway adds has about 200 bytes, in the common case.
        writer = HeadWriter(capacity: head.count + 256)
    }

    mutating func inspect(_ field: HeadField) {
        switch FieldName(slice(field.name)) {
        case .connection:
            FieldName.insertNames(listedIn: String(decoding: slice(field.value), as: UTF8.self), into: &listed)
        case .host where host == nil: host = field.value
        case .forwardedFor: keep(field.value, in: &addresses)
        case .forwardedProto: keep(field.value, in: &schemes)
        case .forwardedHost: keep(field.value, in: &hosts)
        default: break
        }
    }

    private func keep(_ value: Range<Int>, in values: inout [Range<Int>]) {
        if origin.isTrustedProxy, !value.isEmpty { values.append(value) }
    }

    mutating func begin(method: Range<Int>, target: Range<Int>) throws(WorkerProtocolError) {
        guard !method.isEmpty, slice(method).allSatisfy(FieldName.isTokenByte) else {
            throw WorkerProtocolError(.requestLine, "the method is not a token")
        }
        guard slice(target).allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw WorkerProtocolError(.requestLine, "the target has bytes that are not visible ASCII")
        }
        writer.append(slice(method))
        writer.append(slice(target).first == UInt8(ascii: "/") ? " " : " /")
        writer.append(slice(target))
        writer.append(" HTTP/1.1\r\n")
        if host == nil {
            try writer.append(name: "host", value: origin.listenerAddress)
            hasWrittenHost = true
        }
    }

    mutating func append(_ field: HeadField) throws(WorkerProtocolError) {
        let name = slice(field.name)
        switch FieldName(name) {
        case .connection, .hopByHop, .gateway, .forwardedFor, .forwardedProto, .forwardedHost:
            return
        case .forwarded where !origin.isTrustedProxy:
            return
        case .host:
            guard !hasWrittenHost else { return }
            hasWrittenHost = true
            try writer.append(name: name, value: slice(field.value))
        case .contentLength:
            try appendLength()
        case .forwarded:
            try writer.append(name: name, value: slice(field.value))
        case .other:
            if !listed.isEmpty, listed.contains(String(decoding: name, as: UTF8.self).lowercased()) { return }
            try writer.append(name: name, value: slice(field.value))
        }
    }

    mutating func finish() throws(WorkerProtocolError) -> Message {
        try appendLength()
        try writer.append(name: "x-request-id", value: origin.requestID)
        try writer.append(name: "x-forwarded-for", values: addresses.map(slice), last: origin.clientAddress)
        if schemes.isEmpty {
            try writer.append(name: "x-forwarded-proto", value: origin.scheme)
        } else {
            try writer.append(name: "x-forwarded-proto", values: schemes.map(slice))
        }
        if !hosts.isEmpty {
            try writer.append(name: "x-forwarded-host", values: hosts.map(slice))
        } else if let host {
            try writer.append(name: "x-forwarded-host", value: slice(host))
        } else {
            try writer.append(name: "x-forwarded-host", value: origin.listenerAddress)
        }
        writer.endLine()
        return writer.message
    }

    private mutating func appendLength() throws(WorkerProtocolError) {
        guard bodyLength > 0, !hasWrittenLength else { return }
        hasWrittenLength = true
        try writer.append(name: "content-length", value: String(bodyLength))
    }

    private func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: head[range]) }
}
