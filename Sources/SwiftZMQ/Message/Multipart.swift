/// A message of one or more frames, which travels as a whole or not at all.
///
/// Every receive gives a multipart, so that no frame is ever left behind; most have one frame.
///
/// ```swift
/// let update: Multipart = ["prices.eur", "1.08"]
/// print(update[0], update.count)
/// ```
@frozen
public struct Multipart: Sendable, Hashable {
    // The first frame in place and the rest in an array: a message of one short frame costs no allocation. Nil rather
    // than an empty array, whose shared storage would be reference counted with every copy.
    @usableFromInline var head: Message
    @usableFromInline var tail: [Message]?
}

// The initializers are extensions, so that the library itself can also have the one that the compiler makes of the
// properties and that copies nothing.
extension Multipart {
    /// A message of one frame.
    @inlinable
    public init(_ frame: Message) {
        head = frame
        tail = nil
    }

    /// A message of the given frames; no frames at all make one empty frame, as ZeroMQ knows no empty message.
    public init(_ frames: some Sequence<Message>) {
        var iterator = frames.makeIterator()
        head = iterator.next() ?? Message()
        guard let second = iterator.next() else { return }
        var rest = [second]
        rest.reserveCapacity(frames.underestimatedCount - 1)
        while let frame = iterator.next() { rest.append(frame) }
        tail = rest
    }

    /// A message of one frame followed by all frames of another, such as a routing id and what is sent to that peer.
    public init(_ first: Message, followedBy rest: Multipart) {
        head = first
        var frames: [Message] = []
        frames.reserveCapacity(rest.count)
        frames.append(rest.head)
        if let tail = rest.tail { frames.append(contentsOf: tail) }
        tail = frames
    }

    /// Removes and returns the first of at least two frames, such as the routing id of the peer.
    public mutating func removeFirst() -> Message {
        guard var frames = tail else { preconditionFailure("the only frame of a message cannot be removed") }
        let first = head
        tail = nil
        head = frames.removeFirst()
        tail = frames.isEmpty ? nil : frames
        return first
    }

    /// A message of the given leading frames followed by all frames of another.
    public init(_ leading: Message..., followedBy rest: Multipart) {
        self.init(leading)
        append(contentsOf: rest)
    }

    /// A message of a frame and those behind it, whose array is taken over as it is.
    package init(_ frame: Message, taking rest: [Message]) {
        head = frame
        tail = rest.isEmpty ? nil : rest
    }

    /// Makes room for a number of frames, the first included, so that adding them allocates once.
    public mutating func reserveCapacity(_ count: Int) {
        guard count > 1 else { return }
        var frames = tail ?? []
        tail = nil
        frames.reserveCapacity(count - 1)
        tail = frames
    }

    /// Adds a frame at the end.
    public mutating func append(_ frame: Message) {
        tail.mutate { $0.append(frame) }
    }

    /// Adds a frame before the one at a position, such as a routing id in front.
    public mutating func insert(_ frame: Message, at position: Int) {
        guard position > 0 else {
            precondition(position == 0, "a message has no position \(position)")
            let first = head
            head = frame
            tail.mutate { $0.insert(first, at: 0) }
            return
        }
        tail.mutate { $0.insert(frame, at: position - 1) }
    }

    /// Adds frames at the end.
    public mutating func append(contentsOf frames: some Sequence<Message>) {
        tail.mutate { $0.append(contentsOf: frames) }
    }
}

extension Multipart {
    /// Two messages are equal when their frames are.
    public static func == (one: Multipart, other: Multipart) -> Bool {
        // Not synthesized: room that was made for more frames is no difference.
        one.head == other.head && (one.tail ?? []) == (other.tail ?? [])
    }

    /// Hashes the frames.
    public func hash(into hasher: inout Hasher) {
        for frame in self { hasher.combine(frame) }
    }
}

extension Multipart: RandomAccessCollection, MutableCollection {
    /// The position of the first frame, always 0.
    @inlinable
    public var startIndex: Int { 0 }

    /// The number of frames.
    @inlinable
    public var endIndex: Int { (tail?.count ?? 0) + 1 }

    /// The frame at a position.
    ///
    /// What comes from a peer may have fewer frames than it should: look at `count` first.
    @inlinable
    public subscript(position: Int) -> Message {
        get {
            guard position > 0, let tail else {
                precondition(position == 0, "a message of \(count) frames has none at position \(position)")
                return head
            }
            return tail[position - 1]
        }
        set {
            guard position > 0, tail != nil else {
                precondition(position == 0, "a message of \(count) frames has none at position \(position)")
                head = newValue
                return
            }
            tail?[position - 1] = newValue
        }
    }
}

extension [Message]? {
    fileprivate mutating func mutate(_ change: (inout [Message]) -> Void) {
        var frames = self ?? []
        self = nil
        change(&frames)
        self = frames
    }
}

extension Multipart: ExpressibleByArrayLiteral {
    /// A message of the given frames.
    public init(arrayLiteral elements: Message...) {
        self.init(elements)
    }
}

extension Multipart: CustomStringConvertible {
    /// The frames, each as it describes itself.
    public var description: String { "[" + map(\.description).joined(separator: ", ") + "]" }
}
