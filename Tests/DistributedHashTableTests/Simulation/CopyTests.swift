import Testing

@testable import DistributedHashTable

/// Copies that shorten the way for those who look for a value.
@Suite struct CopyTests {
    private let value = StoredValue(Array("green".utf8), version: 1)

    private func contact(_ word: UInt64, _ number: Int) -> Contact {
        Contact(id: .beginning(with: word), address: Simulation.address(of: number))
    }

    @Test func `Who finds a value leaves a copy with the nearest that has answered without it`() {
        var lone = LoneNode(.zero)
        let (near, far) = (contact(5 << 40, 2), contact(7 << 40, 3))
        for other in [near, far] { lone.meet(other) }
        let key = NodeID.beginning(with: 4 << 40)
        _ = lone.node.find(key, now: .start)
        let asked = lone.requests()
        #expect(asked.map(\.address) == [near.address, far.address])
        for (question, contact) in zip(asked, [near, far]) {
            #expect(question.message.body == .findValue(key))
            let answer: PeerMessage.Body =
                contact == near ? .nodes([], token: 9) : .value(value, life: 3600, isCopy: false)
            lone.take(answer, to: question.message, from: contact)
        }
        let left = lone.requests()
        #expect(left.map(\.address) == [near.address])
        #expect(left.map(\.message.body) == [.store(key, value, life: 3600, isCopy: true, token: 9)])
    }

    /// A node that two others are near: the farther at a distance that begins with 1 << 50.
    private func node() -> LoneNode {
        var settings = NodeSettings()
        settings.replication = 2
        var lone = LoneNode(.zero, settings: settings)
        for other in [contact(1 << 49, 2), contact(1 << 50, 3)] { lone.meet(other) }
        return lone
    }

    @Test(arguments: [(1, .hours(24)), (3, .hours(6)), (8192, .minutes(1))] as [(UInt64, Instant.Span)])
    func `A node keeps a copy for a shorter time the farther away the key is`(times: UInt64, life: Instant.Span) {
        var lone = node()
        guard case .pong(let token) = lone.answer(to: .ping) else {
            Issue.record("no answer")
            return
        }
        let (key, original) = (NodeID.beginning(with: times << 50), NodeID.beginning(with: times << 50 | 1))
        for (key, isCopy) in [(key, true), (original, false)] {
            let answer = lone.answer(to: .store(key, value, life: 86_400, isCopy: isCopy, token: token))
            #expect(answer == .stored(.kept))
        }
        let end = Instant.start + life
        #expect(lone.node.keptValue(of: key, now: end + .seconds(-1)) == value)
        #expect(lone.node.keptValue(of: key, now: end) == nil)
        // What others rely on is kept as long as its writer has said, however far away it is.
        #expect(lone.node.keptValue(of: original, now: .start + .hours(23)) == value)
    }
}
