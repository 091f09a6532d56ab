import Testing

@testable import DistributedHashTable

/// Peers that say of others that they are where they are not.
@Suite struct WrongAddressTests {
    private let honest = Contact(id: .beginning(with: 1 << 63), address: Simulation.address(of: 2))
    private let nowhere = Simulation.address(of: 77)

    /// What reaches a node from somebody who says that it is the honest one, and where.
    private func ping(from address: PeerAddress) -> PeerMessage {
        PeerMessage(number: 1, sender: honest.id, address: address, body: .ping)
    }

    @Test func `Who is said to be somewhere else keeps its place although nobody answers there`() {
        var lone = LoneNode(.zero)
        lone.meet(honest)
        var now = Instant.start
        for _ in 0..<5 {
            lone.node.receive(ping(from: nowhere), from: LoneNode.source, now: now)
            let asked = lone.requests()
            #expect(asked.map(\.address) == [nowhere])
            // It is asked twice.
            for _ in 0..<2 {
                now = now + .seconds(2)
                lone.node.tick(now: now)
                _ = lone.requests()
            }
        }
        #expect(lone.node.knownNeighbours(of: honest.id, 9) == [honest])
    }

    @Test func `Whoever says that a newcomer is somewhere else does not keep it waiting`() {
        var lone = LoneNode(.zero)
        for address in [nowhere, honest.address] {
            lone.node.receive(ping(from: address), from: LoneNode.source, now: .start)
        }
        let asked = lone.requests()
        #expect(asked.map(\.address) == [nowhere, honest.address])
        for question in asked where question.address == honest.address {
            lone.take(.pong(token: 1), to: question.message, from: honest)
        }
        #expect(lone.knows(honest))
    }

    /// libp2p/go-libp2p-kad-dht#357, kubo#11286: others are told of addresses that lead nowhere, or to another, on their machines.
    @Test func `Who is reached within a machine is named to nobody elsewhere, nor believed to be elsewhere`() {
        var lone = LoneNode(.zero)
        let loopback = IPAddress(v4: 0x7F00_0001)
        let local = Contact(id: .beginning(with: 1 << 62), address: PeerAddress(host: loopback, port: 7001))
        for contact in [honest, local] { lone.meet(contact) }
        let here = MessageSource.connection(loopback, number: 1, key: .none)
        guard case .nodes(let namedElsewhere, _, _) = lone.answer(to: .findNode(.zero)),
            case .nodes(let namedHere, _, _) = lone.answer(to: .findNode(.zero), from: here)
        else {
            Issue.record("no answer")
            return
        }
        #expect(namedElsewhere == [honest])
        #expect(namedHere == [local, honest])
        let claim = PeerMessage(number: 1, sender: LoneNode.stranger, address: local.address, body: .ping)
        lone.node.receive(claim, from: LoneNode.source, now: .start)
        let asked = lone.requests()
        #expect(asked.isEmpty)
        lone.node.receive(claim, from: here, now: .start)
        let askedHere = lone.requests()
        #expect(askedHere.map(\.address) == [local.address])
    }
}
