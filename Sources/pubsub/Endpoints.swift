import CommandLineSupport
import EndpointSupport
import SwiftZMQ

/// Where a socket binds and connects, and how its connections are secured.
struct Endpoints: Sendable {
    let bind: [EndpointArgument]
    let connect: [EndpointArgument]
    let security: CurveSettings

    /// All of them, as they were named.
    var names: [String] { (connect + bind).map(\.text) }

    /// Sets what the endpoints need of a socket, before it has any.
    func prepare<S: Socket>(_ options: inout SocketOptions<S>) throws {
        options.prepare(for: bind + connect)
        if let bound = bind.isEmpty ? try security.connected() : security.bound { options.security = bound }
    }

    /// Binds and connects, says where others can connect to, and from then on which endpoint cannot be reached.
    ///
    /// - Parameters:
    ///   - say: is given what is to be said of connections.
    ///   - sayDenied: is given a line for each peer that is turned away.
    func attach(
        _ socket: some Socket, of context: Context, as activity: String,
        say: @escaping @Sendable (ConnectionWatch.Note, String) -> Void = { _, line in Notice.say(line) },
        sayDenied: @escaping @Sendable (String) -> Void = { Notice.say($0) }
    ) throws {
        if !bind.isEmpty { try security.startAuthenticator(context, say: sayDenied) }
        try socket.bind(bind, as: activity)
        security.warn(of: bind) { Notice.say($0) }
        guard !connect.isEmpty else { return }
        let reporter = ConnectionReporter(connect.map(\.text), say: say) { endpoint in
            // A socket that is closed meanwhile needs no connection.
            try? self.connect(socket, to: endpoint)
        }
        // Until the socket is closed.
        let events = socket.events
        Task { await reporter.run(events) }
        for endpoint in connect { try self.connect(socket, to: endpoint.text) }
    }

    private func connect(_ socket: some Socket, to endpoint: String) throws {
        guard !bind.isEmpty else { return try socket.connect(endpoint) }
        let connected = try security.connected()
        try socket.connect(endpoint) { options in
            if let connected { options.security = connected }
        }
    }
}

extension Socket {
    /// Binds endpoints, and says where others can connect to.
    func bind(_ endpoints: [EndpointArgument], as activity: String) throws {
        for endpoint in endpoints { Notice.say("\(activity) on \(try bindUnlessTaken(endpoint.text))") }
    }
}

extension SocketOptions {
    /// Sets what every socket of the program has.
    mutating func prepare(for endpoints: [EndpointArgument]) {
        if endpoints.contains(where: \.isIPv6) { self.usesIPv6 = true }
        // A peer whose machine is gone says nothing, and a subscriber, which only listens, would never know. Not by
        // ZeroMQ's heartbeats: a peer that is slow on purpose, as behind a pager, does not answer those.
        self.usesTCPKeepAlive = true
        self.tcpKeepAliveIdle = .seconds(10)
        self.tcpKeepAliveInterval = .seconds(5)
        self.tcpKeepAliveCount = 3
    }
}
