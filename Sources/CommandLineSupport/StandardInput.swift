import Dispatch
import Glibc
import Synchronization

/// The process's standard input as chunks of bytes, read on a thread of its own.
///
/// A read that waits for a person, or for a pipe, blocks no task. One chunk is read ahead and no more, so that a slow
/// reader holds its writer back.
public final class StandardInput: Sendable {
    /// Reading failed.
    public struct Failure: Error, CustomStringConvertible {
        let code: Int32

        /// The stream and the system's reason.
        public var description: String { "standard input: \(String(cString: strerror(code)))" }
    }

    private typealias Chunk = Result<[UInt8]?, Failure>

    private struct State {
        var isReading = false
        var chunk: Chunk?
        var reader: CheckedContinuation<[UInt8]?, any Error>?
    }

    private let descriptor: Int32
    private let chunkSize: Int
    private let queue = DispatchQueue(label: "standard input")
    private let state = Mutex(State())

    /// Nothing is read before the first ``next()``.
    ///
    /// - Parameters:
    ///   - descriptor: what to read. Default standard input.
    ///   - chunkSize: the most bytes of a chunk. Default 64 KiB, as much as a pipe holds.
    public init(descriptor: Int32 = 0, chunkSize: Int = 1 << 16) {
        self.descriptor = descriptor
        self.chunkSize = chunkSize
    }

    /// The next bytes; nil at the end. For one task at a time.
    ///
    /// - Throws: ``Failure``, or `CancellationError` at once when the task is cancelled while it waits.
    public func next() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = Task.isCancelled
                let ready: Chunk? = state.withLock { state in
                    guard !isCancelled else { return nil }
                    let ready = state.chunk
                    state.chunk = nil
                    if ready == nil { state.reader = continuation }
                    // The end, and a failure, are final: there is nothing more to read.
                    let isAtEnd = if let ready, case .success(.some) = ready { false } else { ready != nil }
                    if isAtEnd { state.chunk = ready } else { readAhead(&state) }
                    return ready
                }
                if isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else if let ready {
                    continuation.resume(with: ready)
                }
            }
        } onCancel: {
            let reader = state.withLock { state in
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume(throwing: CancellationError())
        }
    }

    private func readAhead(_ state: inout State) {
        guard !state.isReading else { return }
        state.isReading = true
        queue.async { [self] in
            let chunk = read()
            let reader = self.state.withLock { state in
                state.isReading = false
                let reader = state.reader
                state.reader = nil
                let isFinal = if case .success(.some) = chunk { false } else { true }
                if reader == nil || isFinal { state.chunk = chunk }
                if reader != nil, !isFinal { readAhead(&state) }
                return reader
            }
            reader?.resume(with: chunk)
        }
    }

    private func read() -> Chunk {
        while true {
            var code: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: chunkSize) { room, count in
                let received = systemRead(descriptor, room.baseAddress, room.count)
                if received < 0 { code = errno }
                count = max(received, 0)
            }
            switch code {
            case 0: return .success(bytes.isEmpty ? nil : bytes)
            case EINTR: continue
            case EAGAIN:
                // Whoever shares the descriptor has made it non-blocking.
                var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                _ = poll(&wait, 1, -1)
            default: return .failure(Failure(code: code))
            }
        }
    }
}

// The method of the same name hides it.
private let systemRead = read as @Sendable (Int32, UnsafeMutableRawPointer?, Int) -> Int
