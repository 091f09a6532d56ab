public import SwiftZMQ
import TopicMatching

/// The subscribers of a forwarder that must be able to send to each of them alone.
///
/// An XPUB socket sends to all who want a message; it cannot give one to a single subscriber. So they are connected to a
/// STREAM socket, which knows each connection by name, and spoken to in their own protocol by ``SubscriberSession``.
public struct SubscriberConnections: Sendable {
    /// What a subscriber asked for.
    public enum Event: Hashable, Sendable {
        /// The peer has a new subscription; nothing is sent to it on account of that before ``admit(_:to:)``.
        case subscribed(peer: Frame, prefix: Frame)
        /// The peer ends a subscription, which is in force until ``dismiss(_:from:)``.
        case unsubscribed(peer: Frame, prefix: Frame)
        /// A peer has gone, and with it these subscriptions, each as often as it had it.
        case left(prefixes: [Frame])
    }

    private struct Peer {
        var session: SubscriberSession
        /// When it connected.
        let start = ContinuousClock.now
        /// How often it has subscribed to each prefix.
        var prefixes: [Frame: Int] = [:]
    }

    /// The longest piece in which remembered messages are sent.
    private static let longestPiece = 1 << 16

    private let socket: Stream
    private let security: CurveServer?
    private var peers: [Frame: Peer] = [:]
    /// What the peers have been admitted to.
    private var tree = PrefixTree()
    /// The peers of each prefix, by its number in the tree.
    private var audiences: [Set<Frame>] = []

    /// The messages sent, once for each peer that they went to.
    public private(set) var sent = 0
    /// The messages dropped for peers that were full, once for each of them.
    public private(set) var dropped = 0

    /// The connections of a socket.
    ///
    /// - Parameter security: one's own keys, and who is let in; nil, the default, for nothing encrypted. The socket has to
    ///   keep its messages' metadata then, of which the address is that ``CurveServer`` asks about; without it that is
    ///   `a peer`.
    public init(_ socket: Stream, security: CurveServer? = nil) {
        self.socket = socket
        self.security = security
    }

    /// The subscribers that are connected.
    public var count: Int { peers.count }

    /// Takes what the socket received: the peer, and its bytes or none for a connection that begins or ends.
    public mutating func receive(_ message: Message) throws -> [Event] {
        guard case let (peer, bytes)? = try? message.frames() else { return [] }
        guard peers[peer] != nil else {
            let address = message.metadata.peerAddress ?? "a peer"
            let session = SubscriberSession(security: security, address: address)
            peers[peer] = Peer(session: session)
            try send(session.greeting, to: peer)
            return bytes.isEmpty ? [] : try converse(with: peer, bytes)
        }
        guard !bytes.isEmpty else { return remove(peer) }
        return try converse(with: peer, bytes)
    }

    private mutating func converse(with peer: Frame, _ bytes: Frame) throws -> [Event] {
        var events: [Event] = []
        do throws(SubscriberSession.Violation) {
            for event in try peers[peer]?.session.receive(bytes) ?? [] {
                switch event {
                case .subscribed(let prefix): events.append(.subscribed(peer: peer, prefix: prefix))
                case .unsubscribed(let prefix): events.append(.unsubscribed(peer: peer, prefix: prefix))
                case .answer(let answer): _ = try? send(answer, to: peer)
                }
            }
        } catch {
            // A stranger. No bytes at all close its connection.
            _ = try? socket.trySend([peer, Frame()])
            return remove(peer)
        }
        return events
    }

    /// Closes the connections that were made before a moment and whose handshake is not over: libzmq leaves that to whoever
    /// has the protocol, and each takes a descriptor.
    public mutating func closeUnfinished(before moment: ContinuousClock.Instant) {
        let unfinished = peers.filter { !$0.value.session.isEstablished && $0.value.start < moment }
        for peer in unfinished.keys {
            _ = try? socket.trySend([peer, Frame()])
            // It has no subscriptions.
            _ = remove(peer)
        }
    }

    /// Forgets a peer.
    private mutating func remove(_ peer: Frame) -> [Event] {
        let prefixes = peers[peer]?.prefixes ?? [:]
        for prefix in prefixes.keys { leave(peer, prefix) }
        peers[peer] = nil
        return prefixes.isEmpty
            ? [] : [.left(prefixes: prefixes.flatMap { Array(repeating: $0.key, count: $0.value) })]
    }

    /// Whether a peer gets a message already.
    public func wants(_ peer: Frame, _ message: Message) -> Bool {
        guard let topic = message.first else { return false }
        return peers[peer]?.prefixes.keys.contains { TopicFilter($0).matches(topic) } ?? false
    }

    /// Gives a peer what begins with a prefix, from now on.
    public mutating func admit(_ peer: Frame, to prefix: Frame) {
        guard peers[peer] != nil else { return }
        peers[peer]?.prefixes[prefix, default: 0] += 1
        let number = tree.insert(prefix.span)
        if number == audiences.count { audiences.append([]) }
        audiences[number].insert(peer)
    }

    /// Ends a subscription of a peer.
    ///
    /// - Returns: whether it had one.
    public mutating func dismiss(_ peer: Frame, from prefix: Frame) -> Bool {
        guard let count = peers[peer]?.prefixes[prefix] else { return false }
        peers[peer]?.prefixes[prefix] = count > 1 ? count - 1 : nil
        if count == 1 { leave(peer, prefix) }
        return true
    }

    private mutating func leave(_ peer: Frame, _ prefix: Frame) {
        guard let number = tree.number(of: prefix.span) else { return }
        audiences[number].remove(peer)
        if audiences[number].isEmpty { tree.remove(prefix.span) }
    }

    /// Sends a message to every peer that wants it, and drops it for those that are full.
    public mutating func send(_ message: Message) throws {
        guard let topic = message.first else { return }
        var numbers: [Int] = []
        tree.findPrefixes(of: topic.span, into: &numbers)
        guard let first = numbers.first else { return }
        // Whoever has several prefixes of the topic gets the message once.
        let wanting = numbers.dropFirst().reduce(audiences[first]) { $0.union(audiences[$1]) }
        guard security == nil else {
            for peer in wanting { _ = try send(Frame(bytes(of: message, for: peer)), of: 1, to: peer) }
            return
        }
        let encoded = Frame(ZMTPFrame.bytes(of: message))
        for peer in wanting { _ = try send(encoded, of: 1, to: peer) }
    }

    /// What a peer is sent for a message: encrypted, each gets other bytes.
    private mutating func bytes(of message: Message, for peer: Frame) -> [UInt8] {
        guard security != nil else { return ZMTPFrame.bytes(of: message) }
        return peers[peer]?.session.bytes(of: message) ?? []
    }

    /// Sends messages to one peer, in few pieces; how many of them it could take.
    public mutating func send(_ messages: [Message], to peer: Frame) throws -> Int {
        var piece: [UInt8] = []
        var count = 0
        var taken = 0
        for message in messages {
            piece += bytes(of: message, for: peer)
            count += 1
            if piece.count >= Self.longestPiece {
                if try send(Frame(piece), of: count, to: peer) { taken += count }
                piece.removeAll(keepingCapacity: true)
                count = 0
            }
        }
        if !piece.isEmpty, try send(Frame(piece), of: count, to: peer) { taken += count }
        return taken
    }

    /// Sends whole messages; whether the peer could take them.
    private mutating func send(_ bytes: Frame, of count: Int, to peer: Frame) throws -> Bool {
        guard try send(bytes, to: peer) else {
            dropped += count
            return false
        }
        sent += count
        return true
    }

    /// Sends what belongs to the conversation and is no message.
    private func send(_ bytes: [UInt8], to peer: Frame) throws { _ = try send(Frame(bytes), to: peer) }

    private func send(_ bytes: Frame, to peer: Frame) throws -> Bool {
        do throws(ZMQError) {
            // A piece is dropped whole, and holds whole messages.
            return try socket.trySend([peer, bytes])
        } catch  where error.code == .hostUnreachable {
            // It has gone, and the socket will say so in its turn.
            return false
        }
    }
}
