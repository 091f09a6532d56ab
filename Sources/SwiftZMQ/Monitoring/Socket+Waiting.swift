// Messages that nobody is connected for are queued or, by publishers, dropped. These help a program to begin only when
// the other side is there.

extension Socket {
    /// Connects to an endpoint and waits until messages can flow: the connection is made and the handshake done. Where the
    /// socket is connected to the endpoint already and nobody observed that, this can only guess.
    ///
    /// If the peer cannot be reached, the socket tries again, and this goes on waiting. Afterwards the socket is connected
    /// as by ``connect(_:)``, also when the timeout passed or the task was cancelled: calling this again continues to wait,
    /// and adds no second connection. After `.accessDenied` and `.protocolError` libzmq does not try again by itself;
    /// calling this again does. Over `inproc` there is no handshake, and this does not wait.
    ///
    /// If the socket is connected to the endpoint already, this returns as soon as that connection is made. That is at once
    /// if its handshake was seen by ``events`` that somebody still reads, or by a wait that is still going on. libzmq does
    /// not report what nobody observed at the time. Of such a connection this is known:
    ///
    /// - If an attempt to make it is reported, this waits for what comes of it.
    /// - If none is reported for some time, and it is certain that the socket has no connection at all, this one was given
    ///   up. This makes it again, and throws why it fails. It is certain of a ``Push``, ``Dealer``, ``Request``, ``Pair`` or
    ///   mandatory ``Router`` that cannot send, unless it has sent so many messages that a queue may be full.
    /// - Otherwise the connection counts as made. This is a guess. It is wrong if a socket of another type was turned away,
    ///   or if a single attempt takes longer than that time, as to a host that does not answer.
    ///
    /// The time is twice the ``SocketOptionNames/reconnectInterval`` and a moment, or the
    /// ``SocketOptionNames/maxReconnectInterval`` if that is longer. Nothing is guessed if this makes the connection itself:
    /// call it in the place of ``connect(_:)`` and not after it.
    ///
    /// Meanwhile the socket is observed, as by ``events``. After a wait that failed, it is observed until it is known what
    /// became of the connection.
    ///
    /// - Parameters:
    ///   - endpoint: as for ``connect(_:)``.
    ///   - timeout: how long to wait; nil, the default, for as long as it takes.
    /// - Throws: ``ZMQError`` with `.timedOut` when the timeout passed, `.accessDenied` when the peer turned this socket away,
    ///   `.protocolError` when the two do not go together, by their socket types or security mechanisms, `.closed` or
    ///   `.terminated`, and as ``connect(_:)``. `CancellationError` when the task is cancelled.
    public nonisolated(nonsending) func connectAndWait(_ endpoint: String, timeout: Duration? = nil) async throws {
        try await waitUntilConnected(to: endpoint, EndpointOptions(), timeout: timeout)
    }

    /// Connects to an endpoint that has options of its own, and waits until messages can flow. See
    /// ``connectAndWait(_:timeout:)``.
    ///
    /// ```swift
    /// try await dealer.connectAndWait("tcp://second.example:5555", timeout: .seconds(5)) {
    ///     $0.curveServerKey = secondServer
    /// }
    /// ```
    ///
    /// A connection to the endpoint that exists keeps the options that it has. One that libzmq has given up is made again
    /// with those that are set here.
    ///
    /// - Parameters:
    ///   - endpoint: as for ``connect(_:configure:)``.
    ///   - timeout: how long to wait; nil, the default, for as long as it takes.
    ///   - configure: sets the endpoint's options. See ``EndpointOptions``.
    /// - Throws: as ``connectAndWait(_:timeout:)`` and ``connect(_:configure:)``.
    public nonisolated(nonsending) func connectAndWait(
        _ endpoint: String, timeout: Duration? = nil, configure: (inout EndpointOptions<Self>) throws -> Void
    ) async throws {
        var options = EndpointOptions<Self>()
        try configure(&options)
        try options.validate(for: .connect, endpoint)
        try await waitUntilConnected(to: endpoint, options, timeout: timeout)
    }

    private nonisolated(nonsending) func waitUntilConnected(
        to endpoint: String, _ options: EndpointOptions<Self>, timeout: Duration?
    ) async throws {
        defer { withExtendedLifetime(self) {} }
        guard !endpoint.hasPrefix("inproc:") else {
            _ = try core.ensureConnected(to: endpoint, options)
            return
        }
        let deadline = timeout.map { Moment.now + $0 }
        while true {
            // Before it is connected, so that nothing is missed.
            let events = events
            let progress = try core.ensureConnected(to: endpoint, options)
            let silence = progress == .unknown || progress == .lost ? try core.longestSilence() : nil
            let wait = EndpointWait(core: core, endpoint: endpoint, isLost: progress == .lost, silence: silence)
            if progress == .made { return }
            if try await wait.run(events, until: deadline) { return }
        }
    }

    /// Carries out an action, mostly `bind` or `connect`, and waits until a number of connections have been made since.
    ///
    /// ```swift
    /// try await push.waitForConnections(3, timeout: .seconds(10)) { try push.bind("tcp://*:5557") }
    /// ```
    ///
    /// A connection counts as soon as its handshake is done, even if it is lost again meanwhile. Connections over `inproc`
    /// never count. For a ``Publisher`` a connection is not yet a subscription: that arrives moments later, and a
    /// ``Publisher`` does not learn of it. Where no message may be lost, use ``XPublisher`` and its
    /// ``XPublisher/waitForSubscriptions(_:timeout:)``.
    ///
    /// - Parameters:
    ///   - count: how many. Default 1.
    ///   - timeout: how long to wait; nil, the default, for as long as it takes.
    ///   - action: what leads to the connections; what it throws is thrown.
    /// - Throws: ``ZMQError`` with `.timedOut` when the timeout passed, `.closed` or `.terminated`. `CancellationError` when
    ///   the task is cancelled.
    public nonisolated(nonsending) func waitForConnections(
        _ count: Int = 1, timeout: Duration? = nil, after action: () throws -> Void
    ) async throws {
        let events = events
        try action()
        guard count > 0 else { return }
        let deadline = timeout.map { Moment.now + $0 }
        try await HandshakeCount(count: count).run(events, until: deadline)
    }
}
