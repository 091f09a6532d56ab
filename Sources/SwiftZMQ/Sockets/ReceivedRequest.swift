/// A request that a ``Reply`` received, and the one answer that it gets. See ``Reply/requests``.
public final class ReceivedRequest: Sendable {
    /// What was asked.
    public let message: Message

    private let socket: Reply
    private let lock: FIFOLock?
    private let stage = Locked(Stage.open)

    private enum Stage { case open, answering, answered }

    /// A request whose answer ends a turn that was taken before it was received.
    init(_ message: Message, at socket: Reply, releasing lock: FIFOLock?) {
        self.message = message
        self.socket = socket
        self.lock = lock
    }

    /// Answers the request. If the peer that asked is gone, the answer is dropped.
    ///
    /// A request is answered once. After a failure or a cancellation nothing was sent, and you can try again.
    ///
    /// - Throws: ``ZMQError`` with `.wrongState` when the request was answered before, `.closed` or `.terminated`.
    ///   `CancellationError` when the task is cancelled while it waits.
    public nonisolated(nonsending) func reply(_ frames: Message) async throws {
        let isFirst = stage.withLock { stage in
            guard stage == .open else { return false }
            stage = .answering
            return true
        }
        guard isFirst else {
            throw ZMQError(code: .wrongState, operation: "reply", explanation: "a request is answered once")
        }
        do {
            try await socket.send(frames)
        } catch {
            stage.withLock { $0 = .open }
            throw error
        }
        stage.withLock { $0 = .answered }
        lock?.unlock()
    }

    /// Answers with one frame. See ``reply(_:)-(Message)``.
    public nonisolated(nonsending) func reply(_ frame: Frame) async throws {
        try await reply(Message(frame))
    }

    deinit {
        if stage.withLock({ $0 != .answered }) { lock?.unlock() }
    }
}
