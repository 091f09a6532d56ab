import SwiftZMQ

/// A node's connections to others: a DEALER for each, as many as are needed and no more than a bound.
///
/// One that was not used for a while is closed, and one whose peer does not answer, so that libzmq does not try for ever to
/// reach a node that is gone.
struct PeerConnections {
    private struct Connection {
        let dealer: Dealer
        var lastUsed: Instant
        /// Since when nothing has come although something was asked.
        var unansweredSince: Instant?
    }

    /// The most connections at once; the one that was not used for longest makes room.
    private static let most = 256
    private static let idleTime = Instant.Span.seconds(60)
    private static let silentTime = Instant.Span.seconds(5)

    private let context: Context
    private let poller: Poller<NetworkSource>
    private let keys: CurveKeyPair?
    private var connections: [PeerAddress: Connection] = [:]
    private var nextLook = Instant.start

    var count: Int { connections.count }

    init(_ context: Context, poller: Poller<NetworkSource>, keys: CurveKeyPair?) {
        self.context = context
        self.poller = poller
        self.keys = keys
    }

    /// Sends a message, at once or as soon as the peer takes it.
    mutating func send(_ message: Frame, to address: PeerAddress, now: Instant) throws {
        guard address.key.isNone == (keys == nil) else { return }
        if connections[address] == nil { try open(address, now: now) }
        guard let dealer = connections[address]?.dealer else { return }
        connections[address]?.lastUsed = now
        if connections[address]?.unansweredSince == nil { connections[address]?.unansweredSince = now }
        _ = try dealer.trySend(message)
    }

    /// The next message that has come from an address; nil where there is none now.
    mutating func receive(from address: PeerAddress, now: Instant) throws -> Message? {
        guard let message = try connections[address]?.dealer.tryReceive() else { return nil }
        connections[address]?.unansweredSince = nil
        return message
    }

    private mutating func open(_ address: PeerAddress, now: Instant) throws {
        if connections.count >= Self.most, let oldest = connections.min(by: { $0.value.lastUsed < $1.value.lastUsed }) {
            close(oldest.key)
        }
        let dealer = try Dealer(context) {
            // Whatever is older than a few seconds nobody waits for any more.
            $0.linger = .milliseconds(200)
            // What is dropped here would count as the peer's silence. The node says how much is under way at once.
            $0.sendHighWaterMark = nil
            $0.maxMessageSize = NetworkNode.mostMessageBytes
            $0.usesIPv6 = !address.host.isIPv4
            $0.reconnectInterval = .milliseconds(200)
            if let keys { $0.security = .curveClient(keys, server: try CurveKey(address.key.bytes)) }
        }
        try dealer.connect(address.endpoint)
        try poller.register(dealer, as: .peer(address))
        connections[address] = Connection(dealer: dealer, lastUsed: now)
    }

    /// Closes what is not used, and what leads nowhere; about once a second.
    mutating func closeIdle(now: Instant) {
        guard now >= nextLook else { return }
        nextLook = now + .seconds(1)
        let useless = connections.filter { _, connection in
            if now - connection.lastUsed > Self.idleTime { return true }
            guard let since = connection.unansweredSince else { return false }
            return now - since > Self.silentTime
        }
        for address in useless.keys { close(address) }
    }

    private mutating func close(_ address: PeerAddress) {
        guard let connection = connections.removeValue(forKey: address) else { return }
        try? poller.unregister(.peer(address))
        connection.dealer.close()
    }

    mutating func closeAll() { for address in Array(connections.keys) { close(address) } }
}

/// What a node's loop waits for.
enum NetworkSource: Hashable, Sendable {
    /// The ROUTER to which peers connect.
    case router
    /// The DEALER that is connected to an address.
    case peer(PeerAddress)
    /// Whoever wants something of the node.
    case command
}
