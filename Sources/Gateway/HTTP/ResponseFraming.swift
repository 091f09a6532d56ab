import WorkerProtocol

/// How a response's body is framed, and with it what goes out for each piece.
enum ResponseFraming: Equatable {
    /// A `content-length` field, and that many bytes.
    case length(Int)
    /// Chunks (HTTP/1.1).
    case chunked
    /// Everything until the connection ends (HTTP/1.0).
    case untilClose
    /// No body, whatever the worker sent; the length that a `content-length` field still names, if any.
    case bodyless(length: Int?)

    /// The framing of a whole reply.
    static func whole(_ head: ReplyHead, bodySize: Int, isHead: Bool) -> ResponseFraming {
        switch head.status {
        case 204, 304: .bodyless(length: nil)
        // A reply to HEAD says how long the body would be, or carries the body itself, or says nothing about it.
        case _ where isHead: .bodyless(length: head.contentLength ?? (bodySize > 0 ? bodySize : nil))
        default: .length(bodySize)
        }
    }

    /// The framing of a streamed reply.
    static func streamed(_ head: ReplyHead, isHead: Bool, isHTTP10: Bool) -> ResponseFraming {
        switch head.status {
        case 204, 304: .bodyless(length: nil)
        case _ where isHead: .bodyless(length: head.contentLength)
        default: isHTTP10 ? .untilClose : .chunked
        }
    }
}
