/// What is known of the endpoints that a socket has been told to connect to, one record for each.
///
/// libzmq does not tell: of some socket types it ignores a second `connect` to one endpoint, of others it makes a second
/// connection, and whether a connection stands is told by events alone, to those who observed the socket by then.
struct ConnectionRecords {
    /// How far a connection has come.
    enum Progress: Equatable {
        /// Nobody observed the socket all the time since it was connected.
        case unknown
        /// It is being made, for the first time or again.
        case pending
        /// Its handshake is done.
        case made
        /// It is gone. libzmq mostly makes it again, of which it tells at once.
        case lost
        /// libzmq has given it up, and does not make it again: after what the handshake came to, or for want of a new
        /// attempt.
        case ended(SocketEvent.HandshakeFailure?)
    }

    fileprivate struct Record {
        var progress: Progress
        /// Whether the TCP connection stands and the handshake has neither succeeded nor failed.
        var isShakingHands = false
        /// Whether somebody waited for it in vain, and may ask again.
        var isAwaited = false
    }

    private var records: [String: Record] = [:]

    /// Whether the socket is observed.
    private(set) var isObserved = false

    /// Whether a connection that somebody waited for is still being made.
    var areAwaited: Bool { records.values.contains(where: \.isAwaited) }

    /// How far the connection to an endpoint has come; nil where the socket has not been connected to it.
    func progress(of endpoint: String) -> Progress? { records[endpoint]?.progress }

    /// Whether the socket has been connected to an endpoint and libzmq has given the connection up.
    func hasEnded(_ endpoint: String) -> Bool {
        if case .ended = records[endpoint]?.progress { return true }
        return false
    }

    /// Notes that the socket is connected to an endpoint. A second connection to it shares the record of the first.
    ///
    /// - Returns: whether the record is new.
    mutating func add(_ endpoint: String) -> Bool {
        guard records[endpoint] == nil || hasEnded(endpoint) else { return false }
        records[endpoint] = Record(progress: isObserved ? .pending : .unknown)
        return true
    }

    mutating func remove(_ endpoint: String) {
        records[endpoint] = nil
    }

    /// Keeps the socket observed until it is known what becomes of a connection.
    mutating func await(_ endpoint: String) {
        switch records[endpoint]?.progress {
        case .unknown, .pending, .lost: records[endpoint]?.isAwaited = true
        default: break
        }
    }

    /// Notes that libzmq has given a connection up.
    mutating func end(_ endpoint: String) {
        guard records[endpoint] != nil else { return }
        records[endpoint] = Record(progress: .ended(nil))
    }

    mutating func beginObserving() {
        isObserved = true
    }

    /// What comes from now on is not told.
    mutating func stopObserving() {
        isObserved = false
        for (endpoint, record) in records {
            if case .ended = record.progress { continue }
            records[endpoint] = Record(progress: .unknown)
        }
    }

    /// Notes what an event says.
    mutating func note(_ event: SocketEvent) {
        for endpoint in endpoints(of: event) { records[endpoint]?.note(event.kind) }
    }

    /// Whether an event is of the connection to an endpoint, for all that is known.
    func concerns(_ endpoint: String, _ event: SocketEvent) -> Bool {
        switch Endpoint.match(endpoint, event.address) {
        case .same: true
        case .none: false
        case .perhaps: endpoints(of: event) == [endpoint]
        }
    }

    /// The endpoints that an event is of.
    ///
    /// An address may be that of an endpoint whose host has a name. It is taken for it if no other endpoint can be meant.
    private func endpoints(of event: SocketEvent) -> [String] {
        // Mostly the address is the endpoint as it was written, and there may be thousands of others.
        guard records[event.address] == nil else { return [event.address] }
        let matches = records.keys.map { ($0, Endpoint.match($0, event.address)) }
        let certain = matches.filter { $0.1 == .same }
        let possible = matches.filter { $0.1 == .perhaps }
        return (certain.isEmpty && possible.count == 1 ? possible : certain).map(\.0)
    }
}

extension ConnectionRecords.Record {
    fileprivate mutating func note(_ event: SocketEvent.Kind) {
        switch event {
        case .connected:
            progress = .pending
            isShakingHands = true
        case .connectDelayed, .connectRetried: progress = .pending
        case .handshakeSucceeded: self = Self(progress: .made)
        case .handshakeFailed(let failure):
            isShakingHands = false
            if failure.isFinal { self = Self(progress: .ended(failure)) }
        case .disconnected:
            if case .ended = progress { return }
            // A handshake that is broken off without a word is what libzmq makes of two socket types that do not go
            // together. It tells every other failure, and does not try again after this one.
            if isShakingHands {
                self = Self(progress: .ended(.protocolError(.invalidMetadata)))
            } else {
                progress = .lost
            }
        default: break
        }
    }
}

extension Endpoint {
    /// Whether an address that libzmq tells is an endpoint.
    enum Match {
        case none
        /// The host of the endpoint has a name, and the ports are the same.
        case perhaps
        case same
    }

    static func match(_ endpoint: String, _ address: String) -> Match {
        guard address != endpoint else { return .same }
        guard let asked = hostAndPort(of: endpoint), let told = hostAndPort(of: address), asked.port == told.port
        else { return .none }
        // libzmq tells a host by its name at first and by its address after a reconnect.
        guard let host = IPAddress(asked.host) else { return IPAddress(told.host) == nil ? .none : .perhaps }
        return IPAddress(told.host) == host ? .same : .none
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
