import NIOHPACK
import WorkerProtocol

/// Makes the fields of a response of HTTP/2.
enum HTTP2ResponseHead {
    /// What every response says about itself.
    struct Context {
        var date: String
        var requestID: String
        var serverName: String?
    }

    /// The interim answer that lets a client send the body.
    static let hundredContinue: HPACKHeaders = [":status": "100"]

    static func fields(of start: ResponseStart, _ context: Context) -> HPACKHeaders {
        var fields = HPACKHeaders()
        fields.reserveCapacity(8)
        fields.add(name: ":status", value: start.status == 200 ? "200" : String(start.status))
        var hasDate = false
        var hasServer = false
        switch start.source {
        case .worker(let head):
            head.forEachField { meaning, name, value in
                switch meaning {
                case .connection, .contentLength, .hopByHop, .requestID, .transferEncoding, .upgrade: return
                case .date: hasDate = true
                case .server: hasServer = true
                default: break
                }
                fields.add(name: Self.lowercased(name), value: Self.text(value))
            }
        case .gateway(let answer, let asText):
            for (name, value) in answer.fields(asText: asText) { fields.add(name: name, value: value) }
        case .webSocket(let head, _):
            head.forEachField { meaning, name, value in
                switch meaning {
                case .date: hasDate = true
                case .server: hasServer = true
                default: if !meaning.isForAcceptance { return }
                }
                fields.add(name: Self.lowercased(name), value: Self.text(value))
            }
        }
        if !hasDate { fields.add(name: "date", value: context.date) }
        if !hasServer, let name = context.serverName { fields.add(name: "server", value: name) }
        // Never the same again: in the table of a connection they would only push out what is.
        fields.add(name: "x-request-id", value: context.requestID, indexing: .nonIndexable)
        switch start.length {
        case .known(let length), .bodyless(named: let length?):
            fields.add(name: "content-length", value: String(length), indexing: .nonIndexable)
        case .unknown, .bodyless(named: nil): break
        }
        return fields
    }

    private static func lowercased(_ name: UnsafeRawBufferPointer) -> String {
        let text = String(decoding: name, as: UTF8.self)
        return name.contains { $0 != $0.lowercasedASCII } ? text.lowercased() : text
    }

    /// A value as text, which is all that NIOHTTP2 can write: UTF-8, or else what it is in ISO 8859-1, which is what
    /// bytes beyond ASCII once meant in a field (RFC 9110, section 5.5).
    private static func text(_ value: UnsafeRawBufferPointer) -> String {
        if let text = String(validating: value, as: UTF8.self) { return text }
        var text = ""
        for byte in value { text.unicodeScalars.append(Unicode.Scalar(byte)) }
        return text
    }
}
