/// A request that a ``Reply`` received, and the one answer that it gets. See ``Reply/requests``.
public final class ReceivedRequest: Sendable {
    /// What was asked.
    public let message: Multipart

    private let socket: Reply
    private let turns: Turns?
    private let stage = Locked(Stage.open)

    private enum Stage { case open, answering, answered }

    /// A request whose answer ends a turn that was taken before it was received.
    init(_ message: Multipart, at socket: Reply, endsTurnOf turns: Turns?) {
        self.message = message
        self.socket = socket
        self.turns = turns
    }

    /// Answers. Whoever asked may be gone; then the answer is dropped.
    ///
    /// It can be done once. After a failure or a cancellation nothing was sent, and it can be done again.
    ///
    /// - Throws: ``ZMQError`` with `.wrongState` when the request was answered before, `.closed` or `.terminated`.
    ///   `CancellationError` when the task is cancelled while it waits.
    public nonisolated(nonsending) func reply(_ frames: Multipart) async throws {
        let isFirst = stage.withLock { stage in
            guard stage == .open else { return false }
            stage = .answering
            return true
        }
        guard isFirst else {
            throw ZMQError(code: .wrongState, operation: "reply", remedy: "a request is answered once")
        }
        do {
            try await socket.send(frames)
        } catch {
            stage.withLock { $0 = .open }
            throw error
        }
        stage.withLock { $0 = .answered }
        turns?.give()
    }

    /// Answers with one frame. See ``reply(_:)-(Multipart)``.
    public nonisolated(nonsending) func reply(_ frame: Message) async throws {
        try await reply(Multipart(frame))
    }

    deinit {
        if stage.withLock({ $0 != .answered }) { turns?.give() }
    }
}
