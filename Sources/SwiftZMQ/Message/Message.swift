/// One or more frames that travel together: a peer receives all of them or none.
///
/// Every receive gives a whole message. Most messages have one frame.
///
/// ```swift
/// let update: Message = ["prices.eur", "1.08"]
/// let (topic, price) = try update.frames()
/// ```
///
/// What a peer sends may have more or fewer frames than it should. Read received messages with what cannot end the
/// program: `try message.frames()` gives as many frames as there are names to the left, and throws when the message has
/// another number; ``framesAndRest()->(_,_)`` takes any number of frames behind the first ones; ``frame()`` is the
/// only frame; ``frame(at:)`` and `first` are optional.
@frozen
public struct Message: Sendable, Hashable {
    // The first frame in place and the rest in an array: a message of one short frame costs no allocation. Nil rather
    // than an empty array, whose shared storage would be reference counted with every copy.
    @usableFromInline var head: Frame
    @usableFromInline var tail: [Frame]?
}

// The initializers are extensions, so that the library itself can also have the one that the compiler makes of the
// properties and that copies nothing.
extension Message {
    /// A message of one empty frame.
    @inline(__always)
    @inlinable
    init() {
        head = Frame()
        tail = nil
    }

    /// A message of one frame.
    @inlinable
    public init(_ frame: Frame) {
        head = frame
        tail = nil
    }

    /// A message of the given frames. No frames at all make one empty frame, as every message has at least one.
    public init(_ frames: some Sequence<Frame>) {
        var iterator = frames.makeIterator()
        head = iterator.next() ?? Frame()
        guard let second = iterator.next() else { return }
        var rest = [second]
        rest.reserveCapacity(frames.underestimatedCount - 1)
        while let frame = iterator.next() { rest.append(frame) }
        tail = rest
    }

    /// A message of texts, each a frame of UTF-8. No texts at all make one empty frame.
    public init(_ texts: [String]) {
        self.init(texts.lazy.map { Frame($0) })
    }

    /// A message of one frame followed by all frames of another, such as a routing id and what is sent to that peer.
    public init(_ first: Frame, followedBy rest: Message) {
        head = first
        var frames: [Frame] = []
        frames.reserveCapacity(rest.count)
        frames.append(rest.head)
        if let tail = rest.tail { frames.append(contentsOf: tail) }
        tail = frames
    }

    /// Removes and returns the first of at least two frames, such as the routing id of the peer.
    ///
    /// Removing the only frame ends the program: look at `count` first, or take ``framesAndRest()->(_,_)``.
    public mutating func removeFirst() -> Frame {
        guard var frames = tail else { preconditionFailure("the only frame of a message cannot be removed") }
        let first = head
        tail = nil
        head = frames.removeFirst()
        tail = frames.isEmpty ? nil : frames
        return first
    }

    /// A message of the given leading frames followed by all frames of another.
    public init(_ leading: Frame..., followedBy rest: Message) {
        self.init(leading)
        append(contentsOf: rest)
    }

    /// A message of one frame followed by others, whose array it keeps without copying it.
    public init(_ first: Frame, followedBy rest: [Frame]) {
        head = first
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
    public mutating func append(_ frame: Frame) {
        tail.mutate { $0.append(frame) }
    }

    /// Adds a frame before the one at a position, such as a routing id in front.
    public mutating func insert(_ frame: Frame, at position: Int) {
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
    public mutating func append(contentsOf frames: some Sequence<Frame>) {
        tail.mutate { $0.append(contentsOf: frames) }
    }
}

extension Message {
    /// The bytes of all frames together.
    @inline(__always)
    var byteCount: Int {
        guard let tail else { return head.count }
        return tail.reduce(head.count) { $0 + $1.count }
    }
}

extension Message {
    /// Two messages are equal when their frames are.
    public static func == (one: Message, other: Message) -> Bool {
        // Not synthesized: room that was made for more frames is no difference.
        one.head == other.head && (one.tail ?? []) == (other.tail ?? [])
    }

    /// Hashes the frames.
    public func hash(into hasher: inout Hasher) {
        for frame in self { hasher.combine(frame) }
    }
}

extension Message: RandomAccessCollection, MutableCollection {
    /// The position of the first frame, always 0.
    @inlinable
    public var startIndex: Int { 0 }

    /// The number of frames.
    @inlinable
    public var endIndex: Int { (tail?.count ?? 0) + 1 }

    /// The number of frames, at least 1.
    @inlinable
    public var count: Int { endIndex }

    /// The first frame, which every message has.
    @inlinable
    public var first: Frame? { head }

    /// The last frame, which is the first where there is only one.
    @inlinable
    public var last: Frame? {
        guard let tail, let last = tail.last else { return head }
        return last
    }

    /// The frame at a position, which must be less than `count`, as with an array: other positions end the program.
    ///
    /// Of a received message, how many frames there are is the peer's choice: take `frames()` or ``frame(at:)``.
    @inlinable
    public subscript(position: Int) -> Frame {
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

extension [Frame]? {
    fileprivate mutating func mutate(_ change: (inout [Frame]) -> Void) {
        var frames = self ?? []
        self = nil
        change(&frames)
        self = frames
    }
}

extension Message: ExpressibleByArrayLiteral {
    /// A message of the given frames.
    public init(arrayLiteral elements: Frame...) {
        self.init(elements)
    }
}

extension Message: CustomStringConvertible, CustomDebugStringConvertible {
    /// The text of the only frame as it is, as ``Frame/description`` has it; of several frames, a list of what
    /// ``Frame/debugDescription`` says of each: `["prices.eur", "1.08"]`.
    public var description: String {
        tail == nil ? head.description : debugDescription
    }

    /// A list of what ``Frame/debugDescription`` says of each frame, also where there is one.
    public var debugDescription: String { "[" + map(\.debugDescription).joined(separator: ", ") + "]" }
}
