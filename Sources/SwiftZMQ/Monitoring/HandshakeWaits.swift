/// Runs a wait for events that ends with a deadline, and then tells the last failure of a handshake.
private nonisolated(nonsending) func withDeadline<Result: Sendable>(
    _ deadline: Moment?, _ operation: String, _ endpoint: String?, _ lastFailure: LastFailure,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask { try await body() }
        if let deadline {
            group.addTask {
                try await Task.sleep(for: Swift.max(deadline - .now, .zero))
                let failure = lastFailure.value.withLock { $0 }.map { "the last handshake failed: \($0)" }
                throw ZMQError(
                    code: .timedOut, operation: operation, endpoint: endpoint,
                    explanation: failure ?? "the timeout passed first")
            }
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() else { throw CancellationError() }
        return result
    }
}

private final class LastFailure: Sendable {
    let value = Locked<SocketEvent.HandshakeFailure?>(nil)
}

/// A wait for a number of handshakes, of whomever.
struct HandshakeCount: Sendable {
    private static let operation = "wait for connections"

    let count: Int

    nonisolated(nonsending) func run(_ events: SocketEvents, until deadline: Moment?) async throws {
        let lastFailure = LastFailure()
        try await withDeadline(deadline, Self.operation, nil, lastFailure) {
            var remaining = count
            for await event in events {
                switch event.kind {
                case .handshakeSucceeded:
                    remaining -= 1
                    if remaining == 0 { return }
                // A server that waits for its clients is not to fail with the first that has a wrong key.
                case .handshakeFailed(let failure): lastFailure.value.withLock { $0 = failure }
                case .monitorStopped: throw ZMQError(code: .closed, operation: Self.operation)
                case .monitorFailed(let error): throw error
                default: break
                }
            }
            // The sequence ends without a last event only for a cancelled task.
            throw CancellationError()
        }
    }
}

/// A wait for the handshake of the connection to an endpoint.
struct EndpointWait: Sendable {
    let core: SocketCore
    let endpoint: String
    /// Whether the connection was made and lost before.
    let isLost: Bool
    /// How long nothing must be heard of the connection until that says something; nil for ever.
    let silence: Duration?

    /// What was heard last of the connection.
    private enum Heard { case nothing, loss, attempt }

    private final class Progress: Sendable {
        let value = Locked<(heard: Heard, at: Moment)>((.nothing, .now))
    }

    /// - Returns: whether the connection is made; false when libzmq has given it up, so that it is to be connected again.
    nonisolated(nonsending) func run(_ events: SocketEvents, until deadline: Moment?) async throws -> Bool {
        let lastFailure = LastFailure()
        let progress = Progress()
        if isLost { progress.value.withLock { $0.heard = .loss } }
        return try await withDeadline(deadline, "connect", endpoint, lastFailure) {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask { try await read(events, lastFailure, progress) }
                if let silence {
                    group.addTask { try await waitForSilence(of: silence, progress) }
                }
                defer { group.cancelAll() }
                guard let isMade = try await group.next() else { throw CancellationError() }
                return isMade
            }
        }
    }

    private func read(_ events: SocketEvents, _ lastFailure: LastFailure, _ progress: Progress) async throws -> Bool {
        for await event in events {
            switch event.kind {
            case .monitorStopped: throw ZMQError(code: .closed, operation: "connect", endpoint: endpoint)
            case .monitorFailed(let error): throw error
            default: break
            }
            guard core.connections.withLock({ $0.concerns(endpoint, event) }) else { continue }
            switch event.kind {
            case .handshakeSucceeded: return true
            case .handshakeFailed(let failure):
                lastFailure.value.withLock { $0 = failure }
                try throwIfFinal(failure)
                progress.value.withLock { $0 = (.attempt, .now) }
            case .disconnected:
                // What made of it an end is noted before the event is told.
                if case .ended(let failure?) = core.connections.withLock({ $0.progress(of: endpoint) }) {
                    try throwIfFinal(failure)
                }
                progress.value.withLock { $0 = (.loss, .now) }
            case .connected, .connectDelayed, .connectRetried, .closed:
                progress.value.withLock { $0 = (.attempt, .now) }
            default: break
            }
        }
        // The sequence ends without a last event only for a cancelled task.
        throw CancellationError()
    }

    /// Waits until nothing has been heard for a time, of a connection of which nothing certain is known.
    private func waitForSilence(of silence: Duration, _ progress: Progress) async throws -> Bool {
        while true {
            let (heard, since) = progress.value.withLock { $0 }
            let remaining = since + silence - .now
            guard remaining <= .zero else {
                try await Task.sleep(for: remaining)
                continue
            }
            switch heard {
            case .nothing:
                guard try core.certainlyHasNoConnection() else { return true }
                core.connections.withLock { $0.end(endpoint) }
                return false
            case .loss:
                // After any other loss it would have told of a new attempt at once.
                core.connections.withLock { $0.end(endpoint) }
                return false
            case .attempt: try await Task.sleep(for: silence)
            }
        }
    }

    private func throwIfFinal(_ failure: SocketEvent.HandshakeFailure) throws(ZMQError) {
        guard failure.isFinal else { return }
        let isRefusal = if case .authentication = failure { true } else { false }
        throw ZMQError(
            code: isRefusal ? .accessDenied : .protocolError, operation: "connect", endpoint: endpoint,
            explanation: "the handshake failed: \(failure)")
    }
}
