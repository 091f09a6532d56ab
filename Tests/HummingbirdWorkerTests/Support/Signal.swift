#if HummingbirdWorker
/// Something that happens once, and that any number of tasks wait for.
struct Signal: Sendable {
    private let continuation: AsyncStream<Never>.Continuation
    private let watcher: Task<Void, Never>

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        self.continuation = continuation
        watcher = Task { for await _ in stream {} }
    }

    func send() {
        continuation.finish()
    }

    /// Waits for it, even if the task is cancelled.
    func wait() async {
        await watcher.value
    }
}

/// Waits until the task is cancelled.
func waitForCancellation() async throws {
    try await Task.sleep(for: .seconds(3600))
}
#endif
