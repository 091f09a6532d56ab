public import SwiftZMQ

/// A whole reply, or the start of a streamed one: the head, and the bytes of the body that came with it.
public struct WorkerReply: Sendable, Hashable {
    /// The status and the fields.
    public let head: ReplyHead
    /// The body, or the first piece of it.
    public let body: Frame

    /// Makes a reply from its parts.
    public init(head: ReplyHead, body: Frame) {
        self.head = head
        self.body = body
    }

    /// Reads the frames of a reply.
    ///
    /// One frame is the body of a `200` with `content-type: text/plain; charset=utf-8`. Of two frames or more the
    /// first is the head, and the others, joined, are the body.
    ///
    /// - Parameters:
    ///   - frames: the frames.
    ///   - maySwitch: whether the status may be 101, with which a worker accepts a WebSocket.
    /// - Throws: what is wrong with the head.
    public init(reading frames: BodyFrames, maySwitch: Bool = false) throws(WorkerProtocolError) {
        if frames.count == 1 {
            head = .plainText
            body = frames.head
        } else {
            head = try ReplyHead(reading: frames.head, maySwitch: maySwitch)
            body = Frame(joining: frames.dropFirst())
        }
    }

    /// The frames of the reply, as a worker sends them.
    ///
    /// - Throws: as ``ReplyHead/frame()``.
    public func frames() throws(WorkerProtocolError) -> Message {
        var frames = Message(try head.frame())
        frames.append(body)
        return frames
    }
}
