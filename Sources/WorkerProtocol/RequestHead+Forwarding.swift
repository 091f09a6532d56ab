public import SwiftZMQ

extension RequestHead {
    /// Makes the first frame of a request from what a client sent and the gateway has validated.
    ///
    /// Names are written in lower case, in the order received. Hop-by-hop fields and all that `connection` names are
    /// left out, except `host` and `content-length`. `host` stands exactly once; where the client sent none, it is the
    /// authority of the target, or the listener's address. `content-length` stands exactly when there is a body, with
    /// the body's true length. `x-request-id`, `x-forwarded-for`, `x-forwarded-proto` and `x-forwarded-host` are the
    /// gateway's, and so is `x-client-certificate-subject`, which stands only where the client has proved to own a
    /// certificate; what the client sent under these names, or as `x-stream-credit`, `x-websocket` or `forwarded`, is left
    /// out. Of the
    /// `x-forwarded` fields and `forwarded`, what a trusted proxy sent is kept, whatever `connection` names: the addresses
    /// of `x-forwarded-for` with its own behind them.
    ///
    /// - Parameters:
    ///   - head: the bytes of the client's head, in which the positions count.
    ///   - method: a token.
    ///   - target: in origin form, visible ASCII; a missing slash at its start, as in `http://host?query`, is added.
    ///   - authority: the host and port of an absolute target, where it has one.
    ///   - fields: the client's fields in their order: names that are tokens, values without CR, LF and NUL.
    ///   - bodyLength: the bytes of the second frame.
    ///   - isWebSocket: whether it asks for a WebSocket, whose key, version and extensions are the gateway's own business.
    ///   - origin: what the gateway adds.
    package static func frame(
        of head: UnsafeRawBufferPointer, method: Range<Int>, target: Range<Int>, authority: Range<Int>? = nil,
        fields: [HeadField], bodyLength: Int, isWebSocket: Bool = false, origin: consuming RequestOrigin
    ) -> Frame {
        let forwarding = RequestForwarding(
            head, fields, authority: authority, isWebSocket: isWebSocket, origin: origin)
        return Frame(writingUpTo: forwarding.capacity) { output in
            output.withUnsafeMutableBytes { room, count in
                var bytes = HeadOutput(room)
                forwarding.write(method: method, target: target, bodyLength: bodyLength, to: &bytes)
                count = bytes.count
            }
        }
    }

    /// The same head with a further field `x-stream-credit`, for a worker that asked for `credit`.
    ///
    /// - Parameters:
    ///   - bytes: how many bytes of body pieces the worker may send before it is granted more.
    ///   - head: a frame made by ``frame(of:method:target:authority:fields:bodyLength:origin:)``.
    public static func adding(streamCredit bytes: Int, to head: Frame) -> Frame {
        adding("x-stream-credit: \(bytes)\r\n\r\n", to: head)
    }

    /// The same head with a further field `x-websocket`, which asks a worker with the property `websocket` for one of
    /// version 13.
    public static func askingForWebSocket(_ head: Frame) -> Frame { adding("x-websocket: 13\r\n\r\n", to: head) }

    /// - Parameter line: a field line, and the empty one that ends a head.
    private static func adding(_ line: String, to head: Frame) -> Frame {
        let kept = max(0, head.count - 2)
        return Frame(writingUpTo: kept + line.utf8.count) { output in
            output.withUnsafeMutableBytes { room, count in
                head.withUnsafeBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<kept])) }
                room[kept...].copyBytes(from: line.utf8)
                count = kept + line.utf8.count
            }
        }
    }
}
