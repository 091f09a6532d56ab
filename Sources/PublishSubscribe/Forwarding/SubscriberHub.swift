public import SwiftZMQ

/// The subscribers of a forwarder that must be able to send to each of them alone.
///
/// An XPUB socket sends to all who want a message; it cannot give one to a single subscriber. So they are connected to a
/// STREAM socket, which knows each connection by name, and spoken to in their own protocol by ``SubscriberSession``.
public struct SubscriberHub: Sendable {
    /// What one subscriber wants now.
    public enum Wish: Hashable, Sendable {
        /// The peer has a new subscription; nothing is sent to it on account of that before ``admit(_:to:)``.
        case subscribed(peer: Message, prefix: Message)
    }

    private struct Peer {
        var session = SubscriberSession()
        /// How often it has subscribed to each prefix.
        var prefixes: [Message: Int] = [:]
    }

    /// The longest piece in which remembered messages are sent.
    private static let longestPiece = 1 << 16

    private let socket: Stream
    private var peers: [Message: Peer] = [:]

    /// A hub at a socket.
    public init(_ socket: Stream) {
        self.socket = socket
    }

    /// The subscribers that are connected.
    public var count: Int { peers.count }

    /// Takes what the socket received: the peer, and its bytes or none for a connection that begins or ends.
    public mutating func receive(_ message: Multipart) throws -> [Wish] {
        guard message.count == 2 else { return [] }
        let (peer, bytes) = (message[0], message[1])
        guard peers[peer] != nil else {
            peers[peer] = Peer()
            try send(SubscriberSession.greeting, to: peer)
            return bytes.isEmpty ? [] : try converse(with: peer, bytes)
        }
        guard !bytes.isEmpty else {
            peers[peer] = nil
            return []
        }
        return try converse(with: peer, bytes)
    }

    private mutating func converse(with peer: Message, _ bytes: Message) throws -> [Wish] {
        var wishes: [Wish] = []
        do throws(SubscriberSession.Violation) {
            for event in try peers[peer]?.session.receive(bytes) ?? [] {
                switch event {
                case .subscribed(let prefix): wishes.append(.subscribed(peer: peer, prefix: prefix))
                case .unsubscribed(let prefix): dismiss(peer, from: prefix)
                case .answer(let answer): _ = try? send(answer, to: peer)
                }
            }
        } catch {
            // A stranger. No bytes at all close its connection.
            peers[peer] = nil
            _ = try? socket.trySend([peer, Message()])
            return []
        }
        return wishes
    }

    /// Whether a peer gets a message already.
    public func wants(_ peer: Message, _ message: Multipart) -> Bool {
        peers[peer]?.prefixes.keys.contains { TopicFilter($0).matches(message[0]) } ?? false
    }

    /// Gives a peer what begins with a prefix, from now on.
    public mutating func admit(_ peer: Message, to prefix: Message) {
        peers[peer]?.prefixes[prefix, default: 0] += 1
    }

    private mutating func dismiss(_ peer: Message, from prefix: Message) {
        guard let count = peers[peer]?.prefixes[prefix] else { return }
        peers[peer]?.prefixes[prefix] = count > 1 ? count - 1 : nil
    }

    /// Sends a message to every peer that wants it, and drops it for those that are full.
    public mutating func send(_ message: Multipart) throws {
        var bytes: Message?
        for peer in peers.keys where wants(peer, message) {
            let encoded = bytes ?? Message(ZMTPFrame.bytes(of: message))
            bytes = encoded
            try send(encoded, to: peer)
        }
    }

    /// Sends messages to one peer, in few pieces.
    public mutating func send(_ messages: [Multipart], to peer: Message) throws {
        var piece: [UInt8] = []
        for message in messages {
            piece += ZMTPFrame.bytes(of: message)
            if piece.count >= Self.longestPiece {
                try send(piece, to: peer)
                piece.removeAll(keepingCapacity: true)
            }
        }
        if !piece.isEmpty { try send(piece, to: peer) }
    }

    private mutating func send(_ bytes: [UInt8], to peer: Message) throws { try send(Message(bytes), to: peer) }

    private mutating func send(_ bytes: Message, to peer: Message) throws {
        do throws(ZMQError) {
            // A piece is dropped whole, and holds whole messages.
            _ = try socket.trySend([peer, bytes])
        } catch  where error.code == .hostUnreachable {
            // It has gone, and the socket will say so in its turn.
        }
    }
}
