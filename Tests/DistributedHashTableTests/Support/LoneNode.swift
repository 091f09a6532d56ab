@testable import DistributedHashTable

/// A node by itself: the test is its network, which reads what it sends and answers.
struct LoneNode {
    var node: Node

    /// Whoever asks something of it.
    static let stranger = NodeID.beginning(with: 0xBAD)
    static let source = MessageSource.connection(IPAddress(v4: 0x0A0A_0A0A), number: 4711, key: .none)

    init(_ id: NodeID, settings: NodeSettings = NodeSettings()) {
        node = Node(
            id: id, address: Simulation.address(of: 1), settings: settings,
            random: SeededRandom(seed: TestSeed.number), now: .start)
    }

    private mutating func sent() -> [Outgoing] {
        var outgoing: [Outgoing] = []
        node.takeOutbox(into: &outgoing)
        return outgoing
    }

    /// What it has asked since it was last looked at.
    mutating func requests() -> [(message: PeerMessage, address: PeerAddress)] {
        sent().compactMap { if case .request(let message, let address) = $0 { (message, address) } else { nil } }
    }

    /// What it answers to a stranger's request.
    mutating func answer(
        to body: PeerMessage.Body, from source: MessageSource = LoneNode.source, now: Instant = .start
    ) -> PeerMessage.Body? {
        node.receive(PeerMessage(number: 1, sender: Self.stranger, body: body), from: source, now: now)
        for case .answer(let message, _) in sent() { return message.body }
        return nil
    }

    /// Gives it an answer to a request of its own.
    mutating func take(
        _ body: PeerMessage.Body, to request: PeerMessage, from contact: Contact, incarnation: UInt32 = 0,
        now: Instant = .start
    ) {
        let answer = PeerMessage(
            number: request.number, sender: contact.id, incarnation: incarnation, body: body)
        node.receive(answer, from: .address(contact.address), now: now)
    }

    /// Lets it come to know somebody, who answers its PING with a token.
    mutating func meet(_ contact: Contact, token: UInt64 = 7, now: Instant = .start) {
        _ = node.ping(contact.address, now: now)
        for request in requests() where request.address == contact.address {
            take(.pong(token: token), to: request.message, from: contact, now: now)
        }
    }

    /// Whether somebody has a place in its table.
    func knows(_ contact: Contact) -> Bool { node.table.entry(of: contact.id)?.contact == contact }
}
