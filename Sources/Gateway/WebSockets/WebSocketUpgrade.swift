/// What a client asks for that wants a WebSocket over HTTP/1.1 (RFC 6455, section 4.2.1).
enum WebSocketUpgrade: Equatable {
    /// It wants none.
    case none
    /// It wants one; the key that the answer proves to have been read.
    case wanted(key: String)
    /// It wants one of another version of the protocol, or asks for it in a way that is none.
    case refused(String)

    /// The one version there is.
    static let version = "13"

    /// - Parameters:
    ///   - names: the protocols of the fields `upgrade`, where `connection` names that field.
    ///   - versions: the values of the fields `sec-websocket-version`.
    ///   - keys: the values of the fields `sec-websocket-key`.
    init(names: [String], isGet: Bool, versions: [String], keys: [String]) {
        guard names.contains(where: { $0.lowercased() == "websocket" }), isGet else {
            self = .none
            return
        }
        guard versions == [Self.version] else {
            self = .refused("sec-websocket-version is not \(Self.version)")
            return
        }
        guard keys.count == 1, Self.isKey(keys[0]) else {
            self = .refused("sec-websocket-key is not one value of 16 bytes in Base64")
            return
        }
        self = .wanted(key: keys[0])
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
}
