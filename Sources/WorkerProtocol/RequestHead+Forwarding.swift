public import SwiftZMQ

extension RequestHead {
    /// Makes the first frame of a request from what a client sent.
    ///
    /// Names are written in lower case, in the order received. Hop-by-hop fields and all that `connection` names are
    /// left out, except `host` and `content-length`. `host` stands exactly once, with the listener's address where
    /// the client sent none; `content-length` exactly when there is a body, with the body's true length.
    /// `x-request-id`, `x-forwarded-for`, `x-forwarded-proto` and `x-forwarded-host` are the gateway's; what the client
    /// sent under these names, or as `x-stream-credit` or `forwarded`, is left out. What a trusted proxy sent is kept,
    /// whatever `connection` names: the addresses of `x-forwarded-for` with its own behind them.
    ///
    /// - Parameters:
    ///   - head: the bytes of the client's head, in which the positions count.
    ///   - method: a token.
    ///   - target: in origin form, visible ASCII; a missing slash at its start, as in `http://host?query`, is added.
    ///   - fields: the client's fields in their order.
    ///   - bodyLength: the bytes of the second frame.
    ///   - origin: what the gateway adds.
    /// - Throws: when the method or a name is not a token, or the target or a value has bytes that would break a line.
    public static func frame(
        of head: UnsafeRawBufferPointer, method: Range<Int>, target: Range<Int>, fields: [HeadField],
        bodyLength: Int, origin: RequestOrigin
    ) throws(WorkerProtocolError) -> Message {
        var forwarding = RequestForwarding(head: head, bodyLength: bodyLength, origin: origin)
        for field in fields { forwarding.inspect(field) }
        try forwarding.begin(method: method, target: target)
        for field in fields { try forwarding.append(field) }
        return try forwarding.finish()
    }

    /// The same head with a further field `x-stream-credit`, for a worker that asked for `credit`.
    ///
    /// - Parameters:
    ///   - bytes: how many bytes of body pieces the worker may send before it is granted more.
    ///   - head: a frame made by ``frame(of:method:target:fields:bodyLength:origin:)``.
    public static func adding(streamCredit bytes: Int, to head: Message) -> Message {
        let line = "x-stream-credit: \(bytes)\r\n\r\n"
        let kept = max(0, head.count - 2)
        return Message(capacity: kept + line.utf8.count) { room in
            head.withUnsafeBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<kept])) }
            room[kept...].copyBytes(from: line.utf8)
            return kept + line.utf8.count
        }
    }
}
