import NIOCore
import NIOHTTP1
import SwiftZMQ
import WorkerProtocol

/// Writes responses of HTTP/1 as bytes.
enum ResponseWriter {
    /// What every response says about itself and the connection.
    struct Context {
        var date: String
        var requestID: String
        var serverName: String?
        /// Whether the connection ends after the response.
        var closes: Bool
        /// Whether the client speaks HTTP/1.0, which must be told that the connection stays open.
        var isHTTP10: Bool
    }

    /// Room for a head without having to grow the buffer.
    static func estimatedSize(of head: ReplyHead) -> Int {
        head.fields.reduce(256) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
    }

    /// Writes the head of a worker's reply.
    static func write(
        _ head: ReplyHead, framing: ResponseFraming, _ context: Context, to buffer: inout ByteBuffer
    ) {
        writeStatusLine(head.status, reason: head.reason, to: &buffer)
        var hasDate = false
        var hasServer = false
        for field in head.fields {
            // The gateway's own id stands in every response; a date from where the content was made is kept.
            switch field.name.utf8.count {
            case 4 where field.name.isSameFieldName(as: "date"): hasDate = true
            case 6 where field.name.isSameFieldName(as: "server"): hasServer = true
            case 12 where field.name.isSameFieldName(as: "x-request-id"): continue
            default: break
            }
            buffer.writeString(field.name)
            buffer.writeStaticString(": ")
            buffer.writeString(field.value)
            buffer.writeStaticString("\r\n")
        }
        writeCommonFields(context, date: !hasDate, server: !hasServer, to: &buffer)
        switch framing {
        case .length(let length), .bodyless(let length?): writeLength(length, to: &buffer)
        case .chunked: buffer.writeStaticString("transfer-encoding: chunked\r\n")
        case .untilClose, .bodyless(nil): break
        }
        buffer.writeStaticString("\r\n")
    }

    /// Writes a whole answer of the gateway's own.
    static func write(
        _ answer: LocalAnswer, prefersText: Bool, isHead: Bool, _ context: Context, to buffer: inout ByteBuffer
    ) -> Int {
        writeStatusLine(answer.status, reason: "", to: &buffer)
        switch answer {
        case .options:
            writeAllow(LocalAnswer.methods, to: &buffer)
            writeCommonFields(context, date: true, server: true, to: &buffer)
            buffer.writeStaticString("\r\n")
            return 0
        case .problem(let rejection):
            let body = ProblemDocument(rejection, requestID: context.requestID)
                .text(asPlainText: prefersText)
            buffer.writeStaticString(
                prefersText
                    ? "content-type: text/plain; charset=utf-8\r\n" : "content-type: application/problem+json\r\n")
            if let allow = rejection.allow { writeAllow(allow, to: &buffer) }
            if rejection.failure.status == 503 { buffer.writeStaticString("retry-after: 1\r\n") }
            writeCommonFields(context, date: true, server: true, to: &buffer)
            writeLength(body.utf8.count, to: &buffer)
            buffer.writeStaticString("\r\n")
            guard !isHead else { return 0 }
            return buffer.writeString(body)
        }
    }

    /// Writes a piece of a streamed body; an empty one writes nothing, as an empty chunk would end the body.
    static func write(piece: Message, framing: ResponseFraming, to buffer: inout ByteBuffer) -> Int {
        guard !piece.isEmpty else { return 0 }
        switch framing {
        case .bodyless: return 0
        case .chunked:
            buffer.writeString(String(piece.count, radix: 16))
            buffer.writeStaticString("\r\n")
            piece.withUnsafeBytes { _ = buffer.writeBytes($0) }
            buffer.writeStaticString("\r\n")
        case .length, .untilClose:
            piece.withUnsafeBytes { _ = buffer.writeBytes($0) }
        }
        return piece.count
    }

    /// Writes what ends a streamed body.
    static func writeEnd(framing: ResponseFraming, to buffer: inout ByteBuffer) {
        if framing == .chunked { buffer.writeStaticString("0\r\n\r\n") }
    }

    private static func writeStatusLine(_ status: Int, reason: String, to buffer: inout ByteBuffer) {
        if status == 200, reason.isEmpty || reason == "OK" {
            buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
            return
        }
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeString(String(status))
        buffer.writeStaticString(" ")
        buffer.writeString(reason.isEmpty ? HTTPResponseStatus(statusCode: status).reasonPhrase : reason)
        buffer.writeStaticString("\r\n")
    }

    private static func writeCommonFields(_ context: Context, date: Bool, server: Bool, to buffer: inout ByteBuffer) {
        if date {
            buffer.writeStaticString("date: ")
            buffer.writeString(context.date)
            buffer.writeStaticString("\r\n")
        }
        if server, let name = context.serverName {
            buffer.writeStaticString("server: ")
            buffer.writeString(name)
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("x-request-id: ")
        buffer.writeString(context.requestID)
        buffer.writeStaticString("\r\n")
        if context.closes {
            buffer.writeStaticString("connection: close\r\n")
        } else if context.isHTTP10 {
            buffer.writeStaticString("connection: keep-alive\r\n")
        }
    }

    private static func writeAllow(_ methods: [String], to buffer: inout ByteBuffer) {
        buffer.writeStaticString("allow: ")
        buffer.writeString(methods.joined(separator: ", "))
        buffer.writeStaticString("\r\n")
    }

    private static func writeLength(_ length: Int, to buffer: inout ByteBuffer) {
        buffer.writeStaticString("content-length: ")
        buffer.writeString(String(length))
        buffer.writeStaticString("\r\n")
    }
}

extension String {
    /// Whether the text is a field name, given in lower case and of the same length, without regard to case.
    fileprivate func isSameFieldName(as lowercase: StaticString) -> Bool {
        var position = 0
        for byte in utf8 {
            guard byte.lowercasedASCII == lowercase.utf8Start[position] else { return false }
            position += 1
        }
        return true
    }
}
