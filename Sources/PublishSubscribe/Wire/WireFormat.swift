public import SwiftZMQ

/// How a topic and its payload travel in a message.
@frozen
public enum WireFormat: Sendable {
    /// One frame, `topic payload`: the topic ends at the first blank. The classic weather example's.
    case singleFrame
    /// Two frames, the topic and the payload, each of any bytes.
    case multipart

    /// The message for a topic and a payload.
    ///
    /// In a single frame the topic must hold no blank, as its readers would take a part of it for the payload.
    public func message(topic: Frame, payload: Frame) -> Message {
        switch self {
        case .multipart: [topic, payload]
        case .singleFrame:
            Message(
                Frame(writingUpTo: topic.count + 1 + payload.count) { output in
                    output.withUnsafeMutableBytes { room, count in
                        topic.withUnsafeBytes { room.copyMemory(from: $0) }
                        room[topic.count] = UInt8(ascii: " ")
                        payload.withUnsafeBytes {
                            UnsafeMutableRawBufferPointer(rebasing: room[(topic.count + 1)...]).copyMemory(from: $0)
                        }
                        count = room.count
                    }
                })
        }
    }

    /// Whether a line has a topic: it is not empty and does not begin with a blank.
    @inlinable
    public static func hasTopic(_ line: UnsafeRawBufferPointer) -> Bool {
        guard let first = line.first else { return false }
        return first != UInt8(ascii: " ") && first != UInt8(ascii: "\t")
    }

    /// The message for a line `topic payload`; a line of one word is a topic with an empty payload.
    ///
    /// - Returns: nil for a line without a topic: an empty one, or one that begins with a blank.
    public func message(line: ArraySlice<UInt8>) -> Message? {
        line.withUnsafeBytes { bytes in
            guard Self.hasTopic(bytes) else { return nil }
            switch self {
            case .singleFrame: return Message(Frame(copying: bytes))
            case .multipart:
                let end = Blank.first(in: bytes) ?? bytes.count
                let payload = UnsafeRawBufferPointer(rebasing: bytes[min(end + 1, bytes.count)...])
                return [
                    Frame(copying: UnsafeRawBufferPointer(rebasing: bytes[..<end])), Frame(copying: payload),
                ]
            }
        }
    }
}
