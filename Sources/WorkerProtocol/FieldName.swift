/// What a field name means to a gateway, told from its bytes without regard to case.
enum FieldName {
    case connection
    case hopByHop
    case host
    case contentLength
    /// Set by the gateway itself; what a client sent under the name is not passed on.
    case gateway
    /// Set by the gateway itself, which keeps what a trusted proxy says.
    case forwardedFor
    case forwardedProto
    case forwardedHost
    /// What RFC 7239 has in place of the three, which the gateway does not add to.
    case forwarded
    case other

    /// Classifies a name, by its length first.
    init(_ name: UnsafeRawBufferPointer) {
        self =
            switch name.count {
            case 2 where Self.equal(name, "te"): .hopByHop
            case 4 where Self.equal(name, "host"): .host
            case 7 where Self.equal(name, "upgrade") || Self.equal(name, "trailer"): .hopByHop
            case 9 where Self.equal(name, "forwarded"): .forwarded
            case 10 where Self.equal(name, "connection"): .connection
            case 10 where Self.equal(name, "keep-alive"): .hopByHop
            case 12 where Self.equal(name, "x-request-id"): .gateway
            case 14 where Self.equal(name, "content-length"): .contentLength
            case 15 where Self.equal(name, "x-forwarded-for"): .forwardedFor
            case 15 where Self.equal(name, "x-stream-credit"): .gateway
            case 16 where Self.equal(name, "proxy-connection"): .hopByHop
            case 16 where Self.equal(name, "x-forwarded-host"): .forwardedHost
            case 17 where Self.equal(name, "transfer-encoding"): .hopByHop
            case 17 where Self.equal(name, "x-forwarded-proto"): .forwardedProto
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

    /// Whether a byte may stand in a token (RFC 9110, section 5.6.2).
    static func isTokenByte(_ byte: UInt8) -> Bool {
        byte < 128 && (byte < 64 ? lowerTokenBytes : upperTokenBytes) &>> UInt64(byte & 63) & 1 != 0
    }

    /// Adds the lower-case names that the value of a `connection` field lists, except those it cannot remove.
    static func insertNames(listedIn value: String, into names: inout Set<String>) {
        for part in value.utf8.split(separator: UInt8(ascii: ",")) {
            let name = String(Substring(part)).lowercased()
                .trimmingBlanks()
            switch name {
            // Removed whether they are listed or not; not storing them saves the common `connection: keep-alive`
            // from any work.
            case "", "keep-alive", "te", "upgrade", "transfer-encoding": continue
            // Without these two nobody could tell where the message goes or where it ends.
            case "host", "content-length": continue
            default: names.insert(name)
            }
        }
    }
}

// Bit n stands for byte n, of the lower and the upper half of ASCII. Two constants, because a table would be looked
// for, and found to be there, before each byte.
private let lowerTokenBytes: UInt64 = 0x03FF_6CFA_0000_0000
private let upperTokenBytes: UInt64 = 0x57FF_FFFF_C7FF_FFFE

extension String {
    /// The text without blanks and tabs at its ends.
    fileprivate func trimmingBlanks() -> String {
        var rest = self[...]
        while let first = rest.utf8.first, first == 0x20 || first == 0x09 { rest.removeFirst() }
        while let last = rest.utf8.last, last == 0x20 || last == 0x09 { rest.removeLast() }
        return String(rest)
    }
}
