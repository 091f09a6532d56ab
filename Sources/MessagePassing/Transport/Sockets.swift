import SwiftZMQ

/// The sockets of a rank: one that takes messages of all others and one that takes what they tell of themselves, and one to
/// each other for both.
///
/// The two kinds have contexts and threads of their own. Whatever a program does, and however much data is on its way,
/// heartbeats are sent and heard.
final class Sockets: Sendable {
    let rank: Int
    /// Hears heartbeats and what ranks agree on.
    let control: Router
    /// Takes messages.
    let data: Router
    let controlExecutor: SocketExecutor
    let dataExecutor: SocketExecutor
    /// This rank, as the others find it.
    let own: RosterEntry

    private let controlContext: Context
    private let dataContext: Context
    private let authenticators: [Authenticator]
    private let keys: CurveKeyPair

    /// Binds the sockets: rank 0's where all look for it, all others' anywhere.
    init(_ configuration: WorldConfiguration) throws {
        guard let (host, port) = HostAddress.parts(of: configuration.rendezvous) else {
            throw MessagePassingError(
                .invalidArgument, "rendezvous \(configuration.rendezvous): an endpoint is written tcp://HOST:PORT")
        }
        let keys = configuration.keys
        self.keys = keys
        rank = configuration.rank
        let executors = try (SocketExecutor(name: "ranks-control"), SocketExecutor(name: "ranks-data"))
        (controlExecutor, dataExecutor) = executors
        let isLocal = HostAddress.isLoopback(host)
        let loopback = HostAddress.isIPv6(host) ? "[::1]" : "127.0.0.1"
        let here: String? = isLocal ? loopback : HostAddress.own(towards: host)
        let usesIPv6 = HostAddress.isIPv6(here ?? host)

        // One to each rank, with two more that observe it, and some besides.
        let room = 3 * configuration.size + 64
        controlContext = try Context(maxSockets: room, executor: executors.0) { $0.usesIPv6 = usesIPv6 }
        dataContext = try Context(maxSockets: room, executor: executors.1) { $0.usesIPv6 = usesIPv6 }

        // On one machine nobody but its administrator reads along, and a secret word is enough. Between machines all is
        // encrypted.
        let token = isLocal ? try CurveKeyPair.generate().secretKey.z85 : nil
        var policy = AuthenticationPolicy()
        policy.curve = .keys([keys.publicKey])
        if let token { policy.plain = .passwords(["rank": token]) }
        authenticators = [Authenticator(controlContext, policy: policy), Authenticator(dataContext, policy: policy)]
        for authenticator in authenticators { try authenticator.start() }

        // All others may connect at the same moment. The system tries a connection again that it had no place for, seconds
        // later.
        let backlog = max(100, configuration.size)
        control = try Router(controlContext) {
            $0.security = .curveServer(keys, domain: "ranks")
            $0.receiveHighWaterMark = nil
            $0.handsOver = true
            $0.backlog = backlog
        }
        data = try Router(dataContext) {
            $0.security = isLocal ? .plainServer(domain: "ranks") : .curveServer(keys, domain: "ranks")
            $0.receiveHighWaterMark = nil
            $0.backlog = backlog
        }
        let anywhere = isLocal ? "tcp://\(loopback):" : "tcp://*:"
        let controlEnd = try control.bind(anywhere + (configuration.rank == 0 ? port : "*"))
        let dataEnd = try data.bind(anywhere + "*")
        guard let address = !isLocal && rank == 0 ? host : here else {
            throw MessagePassingError(.notJoined, "there is no way to rank 0 at \(configuration.rendezvous)")
        }
        func reached(_ bound: String) -> String {
            "tcp://\(address):\(HostAddress.parts(of: bound)?.port ?? "")"
        }
        own = RosterEntry(
            rank: rank, size: configuration.size, control: reached(controlEnd), data: reached(dataEnd), token: token)
    }

    /// A connection to another rank, and what happens to it.
    struct Link {
        let dealer: Dealer
        let events: SocketEvents
    }

    /// A connection by which this process asks rank 0 to join. It has no name: another that was started as the same rank may
    /// have joined, and keeps its connections.
    func connectToJoin(at endpoint: String) throws -> Dealer {
        let dealer = try Dealer(controlContext) {
            $0.security = .curveClient(keys, server: keys.publicKey)
            $0.sendHighWaterMark = nil
            $0.linger = .zero
            $0.reconnectInterval = .milliseconds(20)
        }
        try dealer.connect(endpoint)
        return dealer
    }

    /// A connection for what ranks tell of themselves.
    func connectControl(to endpoint: String) throws -> Link {
        let dealer = try Dealer(controlContext) {
            $0.security = .curveClient(keys, server: keys.publicKey)
            $0.routingID = RankName.frame(rank)
            $0.sendHighWaterMark = nil
            $0.linger = .seconds(1)
            $0.reconnectInterval = .milliseconds(20)
        }
        let events = dealer.events
        try dealer.connect(endpoint)
        return Link(dealer: dealer, events: events)
    }

    /// A connection for messages.
    func connectData(to entry: RosterEntry) throws -> Link {
        let dealer = try Dealer(dataContext) {
            $0.security =
                entry.token.map { .plainClient(username: "rank", password: $0) }
                ?? .curveClient(keys, server: keys.publicKey)
            $0.routingID = RankName.frame(rank)
            $0.sendHighWaterMark = nil
            $0.linger = .seconds(10)
            // What forgets connections on which nothing is sent, as firewalls do, would swallow what is sent later.
            $0.usesTCPKeepAlive = true
            $0.tcpKeepAliveIdle = .seconds(60)
            $0.tcpKeepAliveInterval = .seconds(10)
            $0.tcpKeepAliveCount = 6
        }
        let events = dealer.events
        try dealer.connect(entry.data)
        return Link(dealer: dealer, events: events)
    }

    /// Closes everything, once what was sent has left.
    func close() async {
        await dataContext.shutdown()
        await controlContext.shutdown()
    }
}
