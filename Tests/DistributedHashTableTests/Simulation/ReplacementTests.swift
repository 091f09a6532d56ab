import Testing

@testable import DistributedHashTable

/// Whose place a newcomer gets: the paper's section 2.2.
@Suite struct ReplacementTests {
    private let oldest = Self.contact(1 << 63)
    private let second = Self.contact(3 << 62)
    private let newcomer = Self.contact(5 << 61)
    private let later = Instant.start + .minutes(2)

    private static func contact(_ word: UInt64) -> Contact {
        Contact(id: .beginning(with: word), address: Simulation.address(of: Int(word >> 40)))
    }

    /// A node whose farther half is full.
    private func node() -> LoneNode {
        var settings = NodeSettings()
        settings.replication = 2
        var lone = LoneNode(.zero, settings: settings)
        for near in [Self.contact(1 << 60), Self.contact(1 << 59)] { lone.meet(near) }
        lone.meet(oldest)
        lone.meet(second, now: .start + .seconds(1))
        return lone
    }

    /// How often the oldest was asked whether it is there since this was last looked at.
    private func questions(of lone: inout LoneNode) -> Int {
        lone.requests().count { $0.address == oldest.address && $0.message.body == .ping }
    }

    @Test func `The one seen longest ago is asked first, and keeps its place when it answers`() {
        var lone = node()
        lone.meet(newcomer, now: later)
        let asked = lone.requests()
        #expect(asked.map(\.address) == [oldest.address] && asked.map(\.message.body) == [.ping])
        for question in asked { lone.take(.pong(token: 1), to: question.message, from: oldest, now: later) }
        #expect(lone.knows(oldest) && lone.knows(second) && !lone.knows(newcomer))
        // From now on the second is the one seen longest ago.
        lone.meet(newcomer, now: later)
        let askedNext = lone.requests()
        #expect(askedNext.map(\.address) == [second.address])
    }

    @Test func `Only when it is silent twice does it give way`() {
        var lone = node()
        lone.meet(newcomer, now: later)
        #expect(questions(of: &lone) == 1)
        lone.node.tick(now: later + .seconds(2))
        #expect(questions(of: &lone) == 1)
        #expect(lone.knows(oldest) && !lone.knows(newcomer))
        lone.node.tick(now: later + .seconds(4))
        #expect(!lone.knows(oldest) && lone.knows(second) && lone.knows(newcomer))
    }

    @Test func `Whoever was seen within a minute is not asked`() {
        var lone = node()
        lone.meet(newcomer, now: .start + .seconds(59))
        let asked = lone.requests()
        #expect(asked.isEmpty)
        #expect(lone.knows(oldest) && !lone.knows(newcomer))
    }
}
