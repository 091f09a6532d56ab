import Testing

@testable import DistributedHashTable

/// The numbers that the page tells.
@Suite struct NodeSettingsTests {
    @Test func `The defaults are the paper's`() {
        let settings = NodeSettings()
        #expect(settings.replication == 20 && settings.parallelism == 3)
        #expect(settings.valueLife == .hours(24) && settings.leastCopyLife == .minutes(1))
        #expect(settings.republishInterval == .hours(1) && settings.refreshInterval == .hours(1))
        #expect(settings.neighbourhoodInterval == .minutes(10) && settings.challengeInterval == .minutes(1))
        #expect(settings.requestTimeout == .seconds(2) && settings.mostMessagesPerSecond == 5_000)
    }

    @Test func `By default a bucket has 20 nodes, an answer names 20, and a lookup asks 3 at once`() {
        var lone = LoneNode(.zero)
        var generator = SeededRandom(seed: TestSeed.number)
        // The near ones first: with 20 of them, the far half is no part of the neighbourhood.
        for number in 0..<70 {
            let id = NodeID.zero.random(sharing: number < 20 ? 2 : number < 40 ? 1 : 0, using: &generator)
            lone.meet(Contact(id: id, address: Simulation.address(of: 100 + number)))
        }
        #expect(lone.node.table.buckets[0].entries.count == 20)
        guard case .nodes(let contacts, _, _) = lone.answer(to: .findNode(LoneNode.stranger)) else {
            Issue.record("no answer")
            return
        }
        #expect(contacts.count == 20)
        _ = lone.node.findNeighbours(of: LoneNode.stranger, now: .start)
        let asked = lone.requests()
        #expect(asked.count == 3)
    }
}
