public import SwiftZMQ

/// A message of a topic, read as a subscriber reads it: nothing is copied.
///
/// Publishers differ. One frame of a multipart publisher is a topic with an empty payload; the first of several frames
/// is the topic whatever the format, and the others are the payload, with a blank between them where there are several.
@frozen
public struct Update: Sendable {
    /// The message as it came.
    public let message: Message
    /// How it is read.
    public let format: WireFormat

    /// Reads a message.
    @inlinable
    public init(_ message: Message, format: WireFormat) {
        self.message = message
        self.format = format
    }

    /// The first frame, which holds the topic and may hold the payload too.
    @inlinable
    var head: Frame { message.first ?? Frame() }

    /// The topic.
    public var topic: Frame { withTopic { Frame(copying: $0) } }

    /// The payload.
    public var payload: Frame { withPayload { Frame(copying: $0) } }

    /// Calls a closure with the topic's bytes, which stay valid only while it runs.
    @inlinable
    public func withTopic<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        head.withUnsafeBytes { frame in
            guard isInOneFrame, let end = Blank.first(in: frame) else { return body(frame) }
            return body(UnsafeRawBufferPointer(rebasing: frame[..<end]))
        }
    }

    /// Calls a closure with the payload's bytes, which stay valid only while it runs.
    @inlinable
    public func withPayload<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        switch message.count {
        case 1:
            head.withUnsafeBytes { frame in
                guard isInOneFrame, let end = Blank.first(in: frame) else { return body(.init(start: nil, count: 0)) }
                return body(UnsafeRawBufferPointer(rebasing: frame[(end + 1)...]))
            }
        case 2: (message.frame(at: 1) ?? Frame()).withUnsafeBytes(body)
        default:
            Array(message.dropFirst().map { [UInt8]($0) }.joined(separator: [UInt8(ascii: " ")]))
                .withUnsafeBytes(body)
        }
    }

    @inlinable
    var isInOneFrame: Bool { format == .singleFrame && message.count == 1 }
}
