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
