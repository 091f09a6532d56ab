public import SwiftZMQ

extension ReplyHead {
    /// The first frame of a reply, as a worker sends it.
    ///
    /// - Throws: when the status is not 200 … 599, a name is not a token, or the reason or a value contains CR, LF or
    ///   NUL, so that no value taken from outside can add a field or a second reply.
    public func frame() throws(WorkerProtocolError) -> Frame {
        guard (200...599).contains(status) else {
            throw WorkerProtocolError(.statusOutOfRange, "the status is \(status); it must be 200 to 599")
        }
        return try write()
    }

    /// The first frame by which a worker accepts a WebSocket: a status of 101.
    ///
    /// - Parameters:
    ///   - fields: such as `sec-websocket-protocol`.
    ///   - credit: how many bytes of what the client sends the gateway may send before it is granted more; nil, for as
    ///     many as the largest message may have, leaves the field out.
    /// - Throws: as ``frame()``.
    public static func webSocketFrame(fields: [Field], credit: Int? = nil) throws(WorkerProtocolError) -> Frame {
        let granted = credit.map { [Field(name: "x-stream-credit", value: "\($0)")] } ?? []
        return try ReplyHead(status: 101, reason: "Switching Protocols", fields: fields + granted).write()
    }

    private func write() throws(WorkerProtocolError) -> Frame {
        var writer = HeadWriter()
        writer.append("HTTP/1.1 ")
        writer.append(status)
        writer.append(" ")
        try writer.append(value: reason, of: "the reason")
        writer.endLine()
        for field in fields { try writer.append(name: field.name, value: field.value) }
        if let contentLength { try writer.append(name: "content-length", value: String(contentLength)) }
        writer.endLine()
        guard writer.count <= Self.maximumSize else {
            throw WorkerProtocolError(
                .headTooLarge, "the head has \(writer.count) bytes; at most \(Self.maximumSize) are allowed")
        }
        return writer.message
    }
}
