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

    /// Room for all that ``write(_:framing:_:to:)`` writes.
    static func room(for start: ResponseStart, _ context: Context) -> Int {
        let own: Int
        switch start.source {
        case .worker(let head), .webSocket(let head, _): own = head.roomForLines
        case .gateway(let answer, let asText):
            own = answer.fields(asText: asText).reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        }
        return own + context.date.utf8.count + context.requestID.utf8.count + (context.serverName?.utf8.count ?? 0)
            + 320
    }

    /// Writes what stands before the body.
    static func write(
        _ start: ResponseStart, framing: ResponseFraming, _ context: Context, to buffer: inout ByteBuffer
    ) {
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room(for: start, context)) { room in
            var output = HeadOutput(room)
            switch start.source {
            case .worker(let head): write(head, context, to: &output)
            case .gateway(let answer, let asText): write(answer, asText: asText, context, to: &output)
            case .webSocket(let head, let acceptance): write(head, acceptance: acceptance, context, to: &output)
            }
            switch framing {
            case .length(let length), .bodyless(let length?): output.append("content-length: ", length)
            case .chunked: output.append("transfer-encoding: chunked\r\n")
            case .untilClose, .bodyless(nil): break
            }
            output.endLine()
            return output.count
        }
    }

    /// Writes a worker's status and fields as the bytes that they are (RFC 9110, section 5.5).
    private static func write(_ head: ReplyHead, _ context: Context, to output: inout HeadOutput) {
        head.withReason { writeStatusLine(head.status, reason: $0, to: &output) }
        var hasDate = false
        var hasServer = false
        let found = head.withFieldLines { lines, date, server in
            output.append(lines)
            return (date, server)
        }
        if let found {
            (hasDate, hasServer) = found
        } else {
            head.forEachField { meaning, name, value in
                // The gateway's own id stands in every response; a date from where the content was made is kept.
                switch meaning {
                case .date: hasDate = true
                case .server: hasServer = true
                case .requestID: return
                default: break
                }
                output.append(name)
                output.append(": ", value)
            }
        }
        if head.status == GatewayFailure.upgradeRequired.status { writeUpgrade(to: &output) }
        writeCommonFields(context, date: !hasDate, server: !hasServer, to: &output)
    }

    /// Names the protocol that a client is to ask for, as belongs to a status of 426 (RFC 9110, section 15.5.22).
    private static func writeUpgrade(to output: inout HeadOutput) {
        output.append("upgrade: websocket\r\nconnection: upgrade\r\n")
    }

    /// Writes what accepts a WebSocket (RFC 6455, section 4.2.2), with the fields that whoever serves it adds.
    private static func write(
        _ head: ReplyHead, acceptance: String?, _ context: Context, to output: inout HeadOutput
    ) {
        output.append("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n")
        if let acceptance { output.append("sec-websocket-accept: ", acceptance) }
        var hasDate = false
        var hasServer = false
        head.forEachField { meaning, name, value in
            switch meaning {
            case .date: hasDate = true
            case .server: hasServer = true
            default: if !meaning.isForAcceptance { return }
            }
            output.append(name)
            output.append(": ", value)
        }
        var context = context
        context.closes = false
        context.isHTTP10 = false
        writeCommonFields(context, date: !hasDate, server: !hasServer, to: &output)
    }

    private static func write(_ answer: LocalAnswer, asText: Bool, _ context: Context, to output: inout HeadOutput) {
        writeStatusLine(answer.status, reason: UnsafeRawBufferPointer(start: nil, count: 0), to: &output)
        for (name, value) in answer.fields(asText: asText) {
            output.append(name)
            output.append(": ", value)
        }
        if answer.failure == .upgradeRequired { writeUpgrade(to: &output) }
        writeCommonFields(context, date: true, server: true, to: &output)
    }

    /// Writes a piece of a streamed body; an empty one writes nothing, as an empty chunk would end the body.
    static func write(piece: Frame, framing: ResponseFraming, to buffer: inout ByteBuffer) -> Int {
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

    private static func writeStatusLine(_ status: Int, reason: UnsafeRawBufferPointer, to output: inout HeadOutput) {
        if status == 200, reason.isEmpty || reason.elementsEqual("OK".utf8) {
            output.append("HTTP/1.1 200 OK\r\n")
            return
        }
        output.append("HTTP/1.1 ")
        output.append(status)
        output.append(" ")
        if reason.isEmpty {
            output.append(HTTPResponseStatus(statusCode: status).reasonPhrase)
        } else {
            output.append(reason)
        }
        output.endLine()
    }

    private static func writeCommonFields(_ context: Context, date: Bool, server: Bool, to output: inout HeadOutput) {
        if date { output.append("date: ", context.date) }
        if server, let name = context.serverName { output.append("server: ", name) }
        output.append("x-request-id: ", context.requestID)
        if context.closes {
            output.append("connection: close\r\n")
        } else if context.isHTTP10 {
            output.append("connection: keep-alive\r\n")
        }
    }
}
