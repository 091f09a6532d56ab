public import SwiftZMQ

/// The frames of a request or a reply behind the envelope of their command, without a copy of the message.
///
/// MDP calls them the body; of a request and of a reply the first is, as a rule, a head.
public struct BodyFrames: Sendable {
    private let message: Message
    private let offset: Int

    /// The frame that there always is.
    package var head: Frame { self[startIndex] }

    /// All frames of a message.
    public init(_ message: Message) {
        self.message = message
        offset = 0
    }

    /// The frames of a message from a position on, of which there is at least one.
    init(_ message: Message, from offset: Int) {
        precondition(offset < message.count)
        self.message = message
        self.offset = offset
    }
}

extension BodyFrames: RandomAccessCollection {
    /// The position of the first frame, always 0.
    public var startIndex: Int { 0 }

    /// The number of frames, at least 1.
    public var endIndex: Int { message.count - offset }

    /// The frame at a position, which must be less than `count`.
    public subscript(position: Int) -> Frame { message[position + offset] }
}

extension BodyFrames: Hashable {
    /// Two bodies are equal when their frames are.
    public static func == (one: BodyFrames, other: BodyFrames) -> Bool { one.elementsEqual(other) }

    /// Hashes the frames.
    public func hash(into hasher: inout Hasher) {
        for frame in self { hasher.combine(frame) }
    }
}

extension BodyFrames: ExpressibleByArrayLiteral {
    /// The given frames; none make one empty frame.
    public init(arrayLiteral elements: Frame...) {
        self.init(Message(elements))
    }
}
