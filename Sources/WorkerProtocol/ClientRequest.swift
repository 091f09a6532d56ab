public import SwiftZMQ

/// A request of a Majordomo *client*: MDP/0.1 (RFC 7) or MDP/0.2 (RFC 18).
public struct ClientRequest: Sendable {
    /// How the client speaks, and so how it is answered.
    public enum Dialect: Sendable, Hashable {
        /// `MDPC01`: one reply.
        case majordomo01
        /// `MDPC02`: a reply may come in parts.
        case majordomo02
    }

    /// The dialect.
    public let dialect: Dialect
    /// What stands before the protocol's name and goes back as it came: nothing for a DEALER, an empty frame for a
    /// REQ, and a number before that for a REQ that correlates.
    public let envelope: [Frame]
    /// The service that is to answer; one that begins with `mmi.` is asked of the broker itself (RFC 8).
    public let service: String
    /// The body; one empty frame where the client sent none.
    public let body: BodyFrames

    /// Reads a message.
    ///
    /// - Parameter frames: the message as the gateway's ROUTER receives it, without the routing id.
    /// - Throws: what is wrong with it. RFC 7 and 18 name no answer to that: such a message is dropped.
    public init(reading frames: Message) throws(WorkerProtocolError) {
        var position = 0
        // An envelope of two frames at most, whose last is empty.
        if frames.count > 1, frames.frame(at: 0)?.isEmpty == true {
            position = 1
        } else if frames.count > 2, frames.frame(at: 1)?.isEmpty == true {
            position = 2
        }
        let protocolName = try frames.required(position, of: "a request of a client")
        envelope = Array(frames.prefix(position))
        if protocolName.equals("MDPC01") {
            dialect = .majordomo01
        } else if protocolName.equals("MDPC02") {
            dialect = .majordomo02
            position += 1
            guard frames.frame(at: position)?.singleByte == 0x01 else {
                throw WorkerProtocolError(.unexpectedCommand, "a command of a client that is not REQUEST")
            }
        } else {
            throw WorkerProtocolError(.unknownDialect, "a message of a client names neither MDPC01 nor MDPC02")
        }
        position += 1
        guard let name = frames.frame(at: position) else {
            throw WorkerProtocolError(.serviceName, "a request of a client names no service")
        }
        guard name.count <= ServiceName.maximumLength, let service = String(validating: name), !service.isEmpty else {
            throw WorkerProtocolError(.serviceName, "a request of a client names a service that cannot be")
        }
        self.service = service
        body = position + 1 < frames.count ? BodyFrames(frames, from: position + 1) : [Frame()]
    }

    /// The message of a reply, or of a part of one, to be sent by a ROUTER behind the routing id.
    ///
    /// - Parameters:
    ///   - body: the frames.
    ///   - isLast: whether it is the whole reply or the last part of it. MDP/0.1 knows no others.
    public func reply(_ body: some Collection<Frame>, isLast: Bool) -> Message {
        var frames = envelope
        switch dialect {
        case .majordomo01: frames.append("MDPC01")
        case .majordomo02: frames += ["MDPC02", Frame(byte: isLast ? 0x03 : 0x02)]
        }
        frames.append(Frame(service))
        frames += body
        return Message(frames)
    }
}
