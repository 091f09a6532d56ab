/// Tells a task that something may have changed; several tellings before it looks are one.
struct AsyncSignal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    func send() {
        continuation.yield()
    }

    /// Waits for a signal, or until the task is cancelled. For one task at a time.
    nonisolated(nonsending) func wait() async {
        for await _ in stream { return }
    }
}
