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
    /// - Returns: how far the connection has come.
    func ensureConnected(to endpoint: String) throws(ZMQError) -> ConnectionRecords.Progress {
        try withSocket("connect", attachedTo: endpoint, .connecting) { socket throws(ZMQError) in
            switch connections.withLock({ $0.progress(of: endpoint) }) {
            case nil, .ended: try connect(socket, to: endpoint)
            // It may be that libzmq dropped the endpoint, as it does after a loss where it is not to connect again; of
            // these types it ignores a second `connect` otherwise.
            case .unknown, .lost: if kind.connectsOnce { try connect(socket, to: endpoint) }
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
}

extension SocketKind {
    /// Whether libzmq ignores that a socket of the type is connected to an endpoint once more.
    fileprivate var connectsOnce: Bool {
        self == .dealer || self == .request || self == .publisher || self == .subscriber
    }
}
