/// How the calls are made.
enum Way: String, CaseIterable {
    /// By a thread that blocks.
    case blocking
    /// On the binding's executor, one message at a time.
    case async
    /// On the binding's executor, with `for try await`.
    case sequence
    /// On the runtime's own threads, by a task that prefers no executor.
    case pool
    /// Many messages with each call: by a thread, on the executor, with `for try await`, on the runtime's threads.
    case blockingBatch = "blocking-batch"
    case asyncBatch = "async-batch"
    case sequenceBatch = "sequence-batch"
    case poolBatch = "pool-batch"

    var blocks: Bool { self == .blocking || self == .blockingBatch }

    var prefersExecutor: Bool { self != .pool && self != .poolBatch }

    static var names: String { allCases.map(\.rawValue).joined(separator: " ") }
}
