extension SocketCore {
    /// Connects the socket, whose lock the caller holds, and records it.
    func connectAndRecord(_ socket: RawSocket, to endpoint: String) throws(ZMQError) {
        if connections.withLock({ $0.hasEnded(endpoint) }) {
            // libzmq keeps the endpoint of a connection that it has given up, and of some socket types ignores it then.
            try forget(socket, endpoint)
        }
        // Recorded before, as the first events may come while libzmq's call goes on.
        let isNew = connections.withLock { $0.add(endpoint) }
        do throws(ZMQError) {
            try socket.connect(endpoint)
        } catch {
            if isNew { connections.withLock { $0.remove(endpoint) } }
            throw error
        }
    }

    /// Sees to it that the socket is connected to an endpoint, by one connection, and stays observed until it is made.
    ///
    /// - Parameter options: what a connection is given that this makes.
    /// - Returns: how far the connection has come.
    func ensureConnected(
        to endpoint: String, _ options: EndpointOptions<some Socket>
    ) throws(ZMQError) -> ConnectionRecords.Progress {
        try withSocket("connect", attachedTo: endpoint, .connecting) { socket throws(ZMQError) in
            func connectWithOptions() throws(ZMQError) {
                try options.applied(to: socket) { () throws(ZMQError) in try connect(socket, to: endpoint) }
            }
            switch connections.withLock({ $0.progress(of: endpoint) }) {
            case nil, .ended: try connectWithOptions()
            // It may be that libzmq dropped the endpoint, as it does after a loss where it is not to connect again; of
            // these types it ignores a second `connect` otherwise.
            case .unknown, .lost: if kind.connectsOnce { try connectWithOptions() }
            case .pending, .made: break
            }
            return connections.withLock { connections in
                connections.await(endpoint)
                return connections.progress(of: endpoint) ?? .unknown
            }
        }
    }

    private func forget(_ socket: RawSocket, _ endpoint: String) throws(ZMQError) {
        do throws(ZMQError) {
            try socket.disconnect(endpoint)
        } catch {
            guard error.code == .notFound else { throw error }
        }
        connections.withLock { $0.remove(endpoint) }
    }

    /// How long libzmq can be silent about a connection that it tries to make, where it is refused at once.
    func longestSilence() throws(ZMQError) -> Duration {
        try withSocket("get the reconnect interval", attaches: false) { socket throws(ZMQError) in
            let names = SocketOptionNames<Pair>()
            let interval = try socket.get(names.reconnectInterval) ?? .zero
            let longest = Swift.max(interval, try socket.get(names.maxReconnectInterval) ?? .zero)
            // A random part of the interval is added to each pause.
            return longest + interval + .milliseconds(150)
        }
    }

    /// Whether it is certain that the socket has no connection to send through; false where that cannot be known.
    ///
    /// Sockets of some types can send while any of their connections has room, and a connection has room until as many
    /// messages were sent as its high-water mark allows. If fewer were sent and there is no room, there is no connection.
    func certainlyHasNoConnection() throws(ZMQError) -> Bool {
        try use { state throws(ZMQError) in
            let socket = try state.open(for: "connect")
            let waitsForReply = state.awaitsReply && !state.isRelaxed
            guard kind.sendsWhileConnected, !waitsForReply, try !socket.readiness().canSend else { return false }
            guard let mark = try socket.get(SocketOptionNames<Pair>().sendHighWaterMark) else { return true }
            return state.figures.sentMessages < mark
        }
    }
}

extension SocketKind {
    /// Whether a socket of the type can send if, and only if, one of its connections has room. Of a ROUTER this holds where
    /// it is mandatory; another always says that it can send.
    fileprivate var sendsWhileConnected: Bool {
        self == .push || self == .dealer || self == .pair || self == .request || self == .router
    }

    /// Whether libzmq ignores that a socket of the type is connected to an endpoint once more.
    fileprivate var connectsOnce: Bool {
        self == .dealer || self == .request || self == .publisher || self == .subscriber
    }
}
