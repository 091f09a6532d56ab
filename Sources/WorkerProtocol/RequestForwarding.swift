import SwiftZMQ

/// The steps of making a request's first frame from what a client sent: look what the fields say about others, then
/// write every field once.
///
/// Two passes, because a `connection` field may come after the fields that it names. Bytes are copied as they are: a
/// value may be in any encoding.
struct RequestForwarding {
    private let head: UnsafeRawBufferPointer
    private let fields: [HeadField]
    private let origin: RequestOrigin
    private var listed: Set<String> = []
    /// The host that the client named, in a field or in its target.
    private var host: Range<Int>?
    private var hasHostField = false
    private let isWebSocket: Bool
    // What a trusted proxy says; empty for everybody else.
    private var addresses: [Range<Int>] = []
    private var schemes: [Range<Int>] = []
    private var hosts: [Range<Int>] = []

    init(
        _ head: UnsafeRawBufferPointer, _ fields: [HeadField], authority: Range<Int>?, isWebSocket: Bool = false,
        origin: consuming RequestOrigin
    ) {
        self.head = head
        self.isWebSocket = isWebSocket
        self.fields = fields
        self.origin = origin
        for field in fields {
            switch field.meaning {
            case .connection: FieldName.insertNames(listedIn: slice(field.value), into: &listed)
            case .host where host == nil:
                host = field.value
                hasHostField = true
            case .forwardedFor: keep(field.value, in: &addresses)
            case .forwardedProto: keep(field.value, in: &schemes)
            case .forwardedHost: keep(field.value, in: &hosts)
            default: break
            }
        }
        if host == nil { host = authority }
    }

    private func keep(_ value: Range<Int>, in values: inout [Range<Int>]) {
        if origin.isTrustedProxy, !value.isEmpty { values.append(value) }
    }

    /// Room for all that ``write(method:target:bodyLength:to:)`` writes: each line of the client's at most once, with a
    /// blank that it may lack, and what the gateway adds.
    var capacity: Int {
        head.count + fields.count + 2 * (host?.count ?? 0) + 2 * origin.listenerAddress.utf8.count
            + origin.requestID.utf8.count + origin.clientAddress.utf8.count + origin.scheme.utf8.count
            + (origin.clientCertificateSubject?.utf8.count ?? 0) + 224
    }

    func write(method: Range<Int>, target: Range<Int>, bodyLength: Int, to output: inout HeadOutput) {
        output.append(slice(method))
        output.append(slice(target).first == UInt8(ascii: "/") ? " " : " /")
        output.append(slice(target))
        output.append(" HTTP/1.1\r\n")
        if !hasHostField { writeHost("host: ", to: &output) }
        var hasHost = false
        var hasLength = bodyLength == 0
        for field in fields {
            switch field.meaning {
            case .connection, .hopByHop, .upgrade, .transferEncoding, .requestID, .streamCredit, .forwardedFor,
                .forwardedProto, .forwardedHost, .clientCertificateSubject, .webSocket:
                continue
            case .webSocketKey, .webSocketVersion, .webSocketExtensions:
                if isWebSocket { continue }
            case .forwarded where !origin.isTrustedProxy:
                continue
            case .host where hasHost:
                continue
            case .host:
                hasHost = true
            case .contentLength:
                if !hasLength { output.append("content-length: ", bodyLength) }
                hasLength = true
                continue
            case .accept, .date, .expect, .origin, .server, .webSocketAccept, .webSocketProtocol, .other:
                if !listed.isEmpty, listed.contains(String(decoding: slice(field.name), as: UTF8.self).lowercased()) {
                    continue
                }
            case .forwarded:
                break
            }
            output.append(lowercased: slice(field.name))
            output.append(": ", slice(field.value))
        }
        if !hasLength { output.append("content-length: ", bodyLength) }
        output.append("x-request-id: ", origin.requestID)
        if let subject = origin.clientCertificateSubject {
            output.append("x-client-certificate-subject: ", subject)
        }
        output.append("x-forwarded-for: ")
        write(addresses, to: &output)
        if !addresses.isEmpty { output.append(", ") }
        output.append(origin.clientAddress)
        output.endLine()
        if schemes.isEmpty {
            output.append("x-forwarded-proto: ", origin.scheme)
        } else {
            output.append("x-forwarded-proto: ")
            write(schemes, to: &output)
            output.endLine()
        }
        if hosts.isEmpty {
            writeHost("x-forwarded-host: ", to: &output)
        } else {
            output.append("x-forwarded-host: ")
            write(hosts, to: &output)
            output.endLine()
        }
        output.endLine()
    }

    private func writeHost(_ name: StaticString, to output: inout HeadOutput) {
        if let host { output.append(name, slice(host)) } else { output.append(name, origin.listenerAddress) }
    }

    private func write(_ values: [Range<Int>], to output: inout HeadOutput) {
        for (index, value) in values.enumerated() {
            if index > 0 { output.append(", ") }
            output.append(slice(value))
        }
    }

    private func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: head[range]) }
}
