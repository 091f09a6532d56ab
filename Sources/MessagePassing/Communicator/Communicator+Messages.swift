import SwiftZMQ

/// A value that was received, and where it came from.
public struct Received<Value: Sendable>: Sendable {
    /// What was sent.
    public let value: Value
    /// The rank that sent it.
    public let source: Int
    /// The tag that it was sent with.
    public let tag: Int
}

/// What a probe tells of a message that can be received.
public struct MessageStatus: Hashable, Sendable {
    /// The rank that sent it.
    public let source: Int
    /// The tag that it was sent with.
    public let tag: Int
    /// What it holds.
    public let elementType: ElementType
    /// Its bytes, as they travelled.
    public let bytes: Int
}

extension Communicator {
    /// The tags that a message can have.
    public static let tags = 0...Int(Int32.max)

    /// Sends a value to a rank.
    ///
    /// Arrays of numbers travel as their bytes, everything else as JSON. It returns when the message is on its way, and
    /// does not wait for the receiver: what that does not receive takes memory. Messages to one rank with one tag arrive in
    /// order.
    ///
    /// - Parameters:
    ///   - value: what is sent.
    ///   - receiver: the rank, which may be the sender's own.
    ///   - tag: a number of ``tags`` that tells messages apart. Default 0.
    /// - Throws: ``MessagePassingError`` with `.rankFailed`, `.mismatch` or `.abandoned` when the communicator can no
    ///   longer be used, `.invalidArgument` for a rank or a tag that cannot be. What the value throws when it is encoded.
    public nonisolated(nonsending) func send(_ value: some Encodable & Sendable, to receiver: Int, tag: Int = 0)
        async throws
    {
        try checkTag(tag)
        let type = Coding.elementType(of: Swift.type(of: value))
        let frame = try Coding.frame(of: value)
        try node.change { state, effects throws(MessagePassingError) in
            try state.core.perform(&effects) { engine, effects throws(MessagePassingError) in
                try engine.send(frame, type, to: receiver, tag: tag, in: id, &effects)
            }
        }
    }

    /// Receives a value, waiting for one if there is none.
    ///
    /// - Parameters:
    ///   - source: the rank that sends it; nil, the default, for any.
    ///   - tag: the tag that it is sent with; nil, the default, for any.
    ///   - timeout: how long to wait, to a twentieth of a heartbeat; nil, the default, for as long as it takes.
    /// - Throws: `CancellationError` when the task is cancelled; the message stays for another receive.
    ///   ``MessagePassingError`` with `.timedOut`, `.rankFailed`, `.mismatch`, `.abandoned`; `.rankFinished` when
    ///   nobody is left who could send it; `.unexpectedType` when the message holds a value of another type, and then it is
    ///   gone.
    public nonisolated(nonsending) func receive<Value: Decodable & Sendable>(
        from source: Int? = nil, tag: Int? = nil, timeout: Duration? = nil
    ) async throws -> Value {
        try await receiveMessage(from: source, tag: tag, timeout: timeout).value
    }

    /// Receives a value, and tells where it came from. See ``receive(from:tag:timeout:)``.
    public nonisolated(nonsending) func receiveMessage<Value: Decodable & Sendable>(
        from source: Int? = nil, tag: Int? = nil, timeout: Duration? = nil
    ) async throws -> Received<Value> {
        let message = try await waitForMessage(source, tag, timeout, isProbe: false)
        return Received(
            value: try Coding.value(message.frame, message.elementType, from: message.source), source: message.source,
            tag: message.tag)
    }

    /// Sends a value to one rank and receives one from another, which may be the same.
    ///
    /// As sending never waits for the receiver, this is no more than both, one after the other.
    ///
    /// - Parameters:
    ///   - value: what is sent.
    ///   - receiver: the rank that it goes to.
    ///   - source: the rank that sends what is received; nil for any.
    ///   - tag: the tag of both.
    ///   - timeout: how long to wait; nil, the default, for as long as it takes.
    /// - Throws: as ``send(_:to:tag:)`` and ``receive(from:tag:timeout:)``.
    public nonisolated(nonsending) func sendReceive<Value: Decodable & Sendable>(
        _ value: some Encodable & Sendable, to receiver: Int, from source: Int?, tag: Int = 0, timeout: Duration? = nil
    ) async throws -> Value {
        try await send(value, to: receiver, tag: tag)
        return try await receive(from: source, tag: tag, timeout: timeout)
    }

    /// Waits for a message, and leaves it to be received; by another task first, if one receives what is like it.
    ///
    /// Parameters and errors are those of ``receive(from:tag:timeout:)``.
    public nonisolated(nonsending) func probe(
        from source: Int? = nil, tag: Int? = nil, timeout: Duration? = nil
    ) async throws -> MessageStatus {
        MessageStatus(try await waitForMessage(source, tag, timeout, isProbe: true))
    }

    /// Looks for a message that can be received at once; nil when there is none.
    ///
    /// Parameters and errors are those of ``receive(from:tag:timeout:)``.
    public func tryProbe(from source: Int? = nil, tag: Int? = nil) throws -> MessageStatus? {
        if let tag { try checkTag(tag) }
        return try node.change { state, effects throws(MessagePassingError) in
            try state.core.perform(&effects) { engine, _ throws(MessagePassingError) in
                try engine.look(for: MessagePattern(source: source, tag: tag), in: id)
            }
        }.map { MessageStatus($0) }
    }

    private nonisolated(nonsending) func waitForMessage(
        _ source: Int?, _ tag: Int?, _ timeout: Duration?, isProbe: Bool
    ) async throws -> ReceivedMessage {
        if let tag { try checkTag(tag) }
        try Task.checkCancellation()
        let outcome = try await node.perform(in: id, timeout: timeout) { engine, ticket, effects in
            engine.receive(
                MessagePattern(source: source, tag: tag), isProbe: isProbe, in: id, as: ticket, &effects)
        }
        guard case .message(let message) = outcome else { preconditionFailure("a receive ended with \(outcome)") }
        return message
    }

    private func checkTag(_ tag: Int) throws(MessagePassingError) {
        guard !Self.tags.contains(tag) else { return }
        throw MessagePassingError(.invalidArgument, "tag \(tag): a tag is a number from 0 to \(Self.tags.upperBound)")
    }
}

extension MessageStatus {
    init(_ message: ReceivedMessage) {
        self.init(
            source: message.source, tag: message.tag, elementType: message.elementType, bytes: message.frame.count)
    }
}
