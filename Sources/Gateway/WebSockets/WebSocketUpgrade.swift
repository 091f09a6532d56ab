import NIOCore
import TextFormats
import WorkerProtocol

/// What a client says that asks for a WebSocket: over HTTP/1.1 (RFC 6455, section 4.2.1) or HTTP/2 (RFC 8441, section 5).
///
/// It never changes, and is shared: few requests have one.
final class WebSocketUpgrade: Sendable {
    /// The one version there is.
    static let version = "13"

    /// The key that the answer proves to have been read; nil over HTTP/2, which needs none.
    let key: String?
    /// The subprotocols that the client speaks, the one that it likes best first.
    let protocols: [String]
    /// Why it gets none, whoever would serve it; nil where it may.
    let refusal: RequestRejection?

    private init(key: String?, protocols: [String], refusal: RequestRejection?) {
        self.key = key
        self.protocols = protocols
        self.refusal = refusal
    }

    /// The same where there is a reason to refuse it, in case that there was none before.
    func refused(for rejection: RequestRejection) -> WebSocketUpgrade {
        WebSocketUpgrade(key: key, protocols: protocols, refusal: refusal ?? rejection)
    }

    /// Reads it out of a request; nil where the client asks for none: over HTTP/1.1, where it does not name the protocol in
    /// an `upgrade` field that `connection` names, or does so with another method than GET.
    static func read(from request: borrowing ParsedRequest) -> WebSocketUpgrade? {
        guard request.hasUpgrade || request.isExtendedConnect else { return nil }
        var found = Findings()
        let bytes = request.bytes.readableBytesUInt8Span
        for field in request.fields {
            switch field.meaning {
            case .connection:
                ASCII.forEachMember(of: field.value, in: bytes) { member in
                    if ASCII.equal(bytes.extracting(member), "upgrade") { found.isNamed = true }
                }
            case .upgrade:
                ASCII.forEachMember(of: field.value, in: bytes) { member in
                    if ASCII.equal(bytes.extracting(member), "websocket") { found.isWebSocket = true }
                }
            case .webSocketVersion: found.versions.append(request.text(field.value))
            case .webSocketKey: found.keys.append(request.text(field.value))
            case .webSocketProtocol:
                ASCII.forEachMember(of: field.value, in: bytes) { member in
                    if !member.isEmpty { found.protocols.append(member.map { bytes[$0] }) }
                }
            default: break
            }
        }
        guard
            request.isExtendedConnect
                || found.isNamed && found.isWebSocket && !request.isHTTP10 && request.isMethod("GET")
        else { return nil }
        return WebSocketUpgrade(
            key: request.isExtendedConnect ? nil : found.keys.first,
            protocols: found.protocols.map { String(decoding: $0, as: UTF8.self) },
            refusal: found.refusal(hasBody: request.body != .none, needsKey: !request.isExtendedConnect))
    }

    /// What the fields say.
    private struct Findings {
        var isNamed = false
        var isWebSocket = false
        var versions: [String] = []
        var keys: [String] = []
        var protocols: [[UInt8]] = []

        func refusal(hasBody: Bool, needsKey: Bool) -> RequestRejection? {
            guard !hasBody else { return .badHandshake("A request for a WebSocket has no body.") }
            guard versions == [WebSocketUpgrade.version] else { return .webSocketVersion }
            guard !needsKey || keys.count == 1 && WebSocketUpgrade.isKey(keys[0]) else {
                return .badHandshake("Sec-WebSocket-Key is not one value of 16 bytes in Base64.")
            }
            guard protocols.allSatisfy({ $0.allSatisfy(\.isTokenByte) }) else {
                return .badHandshake("Sec-WebSocket-Protocol is not a list of names.")
            }
            return nil
        }
    }

    /// Whether a text is that of 16 bytes: 22 letters, of which the last has four bits, and two signs that fill it up.
    private static func isKey(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 24, bytes.suffix(2).elementsEqual("==".utf8) else { return false }
        let areLetters = bytes.prefix(22).allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        return areLetters && "AQgw".utf8.contains(bytes[21])
    }

    // MARK: The answer

    /// The value of `sec-websocket-accept`; nil over HTTP/2.
    var acceptance: String? { key.map(Self.acceptance) }

    /// What proves that a key has been read (RFC 6455, section 4.2.2).
    static func acceptance(of key: String) -> String {
        var text: [UInt8] = []
        SHA1.digest(of: (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8).withUnsafeBytes {
            Base64.append($0, to: &text)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether a server that speaks a subprotocol, or none, speaks one that the client does.
    func allows(_ head: ReplyHead) -> Bool {
        var chosen: [String] = []
        head.forEachField { meaning, _, value in
            if meaning == .webSocketProtocol { chosen.append(String(decoding: value, as: UTF8.self)) }
        }
        return chosen.isEmpty || chosen.count == 1 && protocols.contains(chosen[0])
    }
}

extension RequestRejection {
    /// A request for a WebSocket that is none.
    fileprivate static func badHandshake(_ detail: String) -> RequestRejection {
        RequestRejection(.badRequest, detail, namesWebSocketVersion: true)
    }

    /// A request for a WebSocket of another version.
    fileprivate static let webSocketVersion = RequestRejection(
        .upgradeRequired, "This server speaks version 13 of the WebSocket protocol, and no other.",
        namesWebSocketVersion: true)
}
