// Messages that nobody is connected for are queued or, by publishers, dropped. These help a program to begin only when
// the other side is there.

extension Socket {
    /// Connects to an endpoint and waits until messages can flow: the connection is made and the handshake done.
    ///
    /// The socket goes on connecting after a failure to reach the peer, and so does the wait. Afterwards the socket is
    /// connected as by ``connect(_:)``, also when this throws. Over `inproc` there is no handshake, and this does not wait.
    ///
    /// - Parameters:
    ///   - endpoint: as for ``connect(_:)``.
    ///   - timeout: how long to wait; nil, the default, for as long as it takes.
    /// - Throws: ``ZMQError`` with `.again` when the timeout passed, `.accessDenied` when the peer turned this socket away,
    ///   `.protocolError` when the two do not go together, `.closed` or `.terminated`, and as ``connect(_:)``.
    ///   `CancellationError` when the task is cancelled.
    public nonisolated(nonsending) func connectAndWait(_ endpoint: String, timeout: Duration? = nil) async throws {
        let events = events
        try connect(endpoint)
        guard !endpoint.hasPrefix("inproc:") else { return }
        try await ConnectionWait(operation: "connect", endpoint: endpoint).run(events, timeout: timeout)
    }

    /// Does something, mostly binding or connecting, and waits until a number of connections have been made from then on.
    ///
    /// ```swift
    /// try await push.waitForConnections(3, timeout: .seconds(10)) { try push.bind("tcp://*:5557") }
    /// ```
    ///
    /// A connection counts when its handshake is done; one that was lost meanwhile was made all the same, and what is
    /// connected over `inproc` never counts. For a ``Publisher`` a connection is not yet a subscription, which arrives
    /// moments after it and is not told: a publisher that must not lose a message is an ``XPublisher``, which can
    /// ``XPublisher/waitForSubscriptions(_:timeout:)``.
    ///
    /// - Parameters:
    ///   - count: how many. Default 1.
    ///   - timeout: how long to wait; nil, the default, for as long as it takes.
    ///   - action: what leads to the connections; what it throws is thrown.
    /// - Throws: ``ZMQError`` with `.again` when the timeout passed, `.closed` or `.terminated`. `CancellationError` when
    ///   the task is cancelled.
    public nonisolated(nonsending) func waitForConnections(
        _ count: Int = 1, timeout: Duration? = nil, after action: () throws -> Void
    ) async throws {
        let events = events
        try action()
        guard count > 0 else { return }
        try await ConnectionWait(operation: "wait for connections", count: count).run(events, timeout: timeout)
    }
}

/// A wait for handshakes.
private struct ConnectionWait: Sendable {
    let operation: String
    /// The endpoint whose handshake is waited for; nil for any.
    var endpoint: String?
    var count = 1

    private final class LastFailure: Sendable {
        let value = Locked<SocketEvent.HandshakeFailure?>(nil)
    }

    nonisolated(nonsending) func run(_ events: SocketEvents, timeout: Duration?) async throws {
        let lastFailure = LastFailure()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await read(events, lastFailure)
            }
            if let timeout {
                group.addTask {
                    try await Task.sleep(for: timeout)
                    let failure = lastFailure.value.withLock { $0 }.map { "the last handshake failed: \($0)" }
                    throw ZMQError(
                        code: .again, operation: operation, endpoint: endpoint,
                        remedy: failure ?? "the timeout passed first"
                    )
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func read(_ events: SocketEvents, _ lastFailure: LastFailure) async throws {
        var remaining = count
        for await event in events {
            switch event.kind {
            case .handshakeSucceeded where concerns(event):
                remaining -= 1
                if remaining == 0 { return }
            case .handshakeFailed(let failure) where concerns(event):
                lastFailure.value.withLock { $0 = failure }
                // A server that waits for its clients is not to fail with the first that has a wrong key.
                if endpoint != nil { try throwIfFinal(failure) }
            case .monitorStopped: throw ZMQError(code: .closed, operation: operation, endpoint: endpoint)
            case .monitorFailed(let error): throw error
            default: break
            }
        }
        // The sequence ends without a last event only for a cancelled task.
        throw CancellationError()
    }

    private func throwIfFinal(_ failure: SocketEvent.HandshakeFailure) throws(ZMQError) {
        let code: ZMQError.Code
        switch failure {
        case .authentication(let status) where status >= 400: code = .accessDenied
        case .protocolError: code = .protocolError
        default: return
        }
        throw ZMQError(code: code, operation: operation, endpoint: endpoint, remedy: "the handshake failed: \(failure)")
    }

    /// Whether an event is one of the endpoint's.
    private func concerns(_ event: SocketEvent) -> Bool {
        guard let endpoint, event.address != endpoint else { return true }
        guard let asked = Self.hostAndPort(of: endpoint), let told = Self.hostAndPort(of: event.address),
            asked.port == told.port
        else { return false }
        // libzmq tells a host by its name at first and by its address after a reconnect.
        guard let address = IPAddress(asked.host) else { return true }
        return IPAddress(told.host) == address
    }

    /// The parts of `tcp://SOURCE;HOST:PORT`, of which the source may be missing and the host stand in brackets.
    private static func hostAndPort(of endpoint: String) -> (host: String, port: Substring)? {
        guard endpoint.hasPrefix("tcp://"), let colon = endpoint.lastIndex(of: ":") else { return nil }
        var host = endpoint[..<colon].dropFirst("tcp://".count)
        if let semicolon = host.lastIndex(of: ";") { host = host[host.index(after: semicolon)...] }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        return (String(host), endpoint[endpoint.index(after: colon)...])
    }
}
