/// What a field name means to a gateway, told from its bytes without regard to case.
package enum FieldName: UInt8, Sendable {
    case accept
    /// `x-client-certificate-subject`, which only the gateway itself may say.
    case clientCertificateSubject
    case connection
    case contentLength
    case date
    case expect
    /// What RFC 7239 has in place of the three `x-forwarded` fields, which the gateway does not add to.
    case forwarded
    case forwardedFor
    case forwardedHost
    case forwardedProto
    /// `keep-alive`, `proxy-connection`, `te` and `trailer`: of no meaning beyond the connection.
    case hopByHop
    case host
    case origin
    case requestID
    case server
    case streamCredit
    case transferEncoding
    /// `upgrade`, of no meaning beyond the connection.
    case upgrade
    /// `x-websocket`, which only the gateway itself may say.
    case webSocket
    /// `sec-websocket-accept`
    case webSocketAccept
    /// `sec-websocket-extensions`
    case webSocketExtensions
    /// `sec-websocket-key`
    case webSocketKey
    /// `sec-websocket-protocol`
    case webSocketProtocol
    /// `sec-websocket-version`
    case webSocketVersion
    case other

    /// Classifies a name, by its length first.
    package init(_ name: UnsafeRawBufferPointer) {
        self =
            switch name.count {
            case 2 where Self.equal(name, "te"): .hopByHop
            case 4 where Self.equal(name, "host"): .host
            case 4 where Self.equal(name, "date"): .date
            case 6 where Self.equal(name, "accept"): .accept
            case 6 where Self.equal(name, "expect"): .expect
            case 6 where Self.equal(name, "server"): .server
            case 6 where Self.equal(name, "origin"): .origin
            case 7 where Self.equal(name, "upgrade"): .upgrade
            case 7 where Self.equal(name, "trailer"): .hopByHop
            case 9 where Self.equal(name, "forwarded"): .forwarded
            case 10 where Self.equal(name, "connection"): .connection
            case 10 where Self.equal(name, "keep-alive"): .hopByHop
            case 11 where Self.equalOrUnderscored(name, "x-websocket"): .webSocket
            case 12 where Self.equal(name, "x-request-id"): .requestID
            case 14 where Self.equal(name, "content-length"): .contentLength
            case 15 where Self.equal(name, "x-forwarded-for"): .forwardedFor
            case 15 where Self.equal(name, "x-stream-credit"): .streamCredit
            case 16 where Self.equal(name, "proxy-connection"): .hopByHop
            case 16 where Self.equal(name, "x-forwarded-host"): .forwardedHost
            case 17 where Self.equal(name, "transfer-encoding"): .transferEncoding
            case 17 where Self.equal(name, "x-forwarded-proto"): .forwardedProto
            case 17 where Self.equal(name, "sec-websocket-key"): .webSocketKey
            case 20 where Self.equal(name, "sec-websocket-accept"): .webSocketAccept
            case 21 where Self.equal(name, "sec-websocket-version"): .webSocketVersion
            case 22 where Self.equal(name, "sec-websocket-protocol"): .webSocketProtocol
            case 24 where Self.equal(name, "sec-websocket-extensions"): .webSocketExtensions
            case 28 where Self.equalOrUnderscored(name, "x-client-certificate-subject"):
                .clientCertificateSubject
            default: .other
            }
    }

    // `constant` is lower case and of the same length; a token has no byte that bit 5 turns into a letter or a dash
    // without being that letter or dash.
    private static func equal(_ name: UnsafeRawBufferPointer, _ constant: StaticString) -> Bool {
        let expected = constant.utf8Start
        for index in 0..<name.count where name[index] | 0x20 != expected[index] { return false }
        return true
    }

    /// The same, where an underscore counts as a dash: what hands fields on as variables (CGI, WSGI) makes them one, so that
    /// a field that somebody is let in by must not pass in either form.
    private static func equalOrUnderscored(_ name: UnsafeRawBufferPointer, _ constant: StaticString) -> Bool {
        let expected = constant.utf8Start
        for index in 0..<name.count where name[index] | 0x20 != expected[index] {
            guard name[index] == UInt8(ascii: "_"), expected[index] == UInt8(ascii: "-") else { return false }
        }
        return true
    }

    /// Whether a byte may stand in a token: letters, digits and ``!#$%&'*+-.^_`|~`` (RFC 9110, section 5.6.2).
    @inlinable @inline(__always)
    package static func isTokenByte(_ byte: UInt8) -> Bool {
        // Bit n stands for byte n, of the lower and the upper half of ASCII. Two constants, because a table would be looked
        // for, and found to be there, before each byte.
        let half: UInt64 = byte < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
        return byte < 128 && half &>> UInt64(byte & 63) & 1 != 0
    }

    /// Adds the lower-case names that the value of a `connection` field lists, except those it cannot remove.
    static func insertNames(listedIn value: UnsafeRawBufferPointer, into names: inout Set<String>) {
        for part in value.split(separator: UInt8(ascii: ",")) {
            var part = part
            while let first = part.first, first == 0x20 || first == 0x09 { part.removeFirst() }
            while let last = part.last, last == 0x20 || last == 0x09 { part.removeLast() }
            let bytes = UnsafeRawBufferPointer(rebasing: part)
            // Removed whether it is listed or not, and what is listed most often; it costs no text then.
            guard !bytes.isEmpty, !(bytes.count == 10 && equal(bytes, "keep-alive")),
                !(bytes.count == 5 && equal(bytes, "close"))
            else { continue }
            let name = String(decoding: bytes, as: UTF8.self).lowercased()
            // Without these two nobody could tell where the message goes or where it ends.
            if name != "host", name != "content-length" { names.insert(name) }
        }
    }
}
