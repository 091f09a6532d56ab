import Foundation
import Testing

@testable import DistributedHashTable

/// Whole networks in one process. `DHT_NODES` sets how many nodes the large ones have (300 in debug, as there a node takes
/// twenty times as long, and 1000 in release), `DHT_SEED` what happens.
@Suite(.serialized, .timeLimit(.minutes(10))) struct SimulationTests {
    #if DEBUG
    private static let size = TestSeed.setting("DHT_NODES", 300)
    /// Of networks that are to live long fewer have to do.
    private static let sizeUnderChurn = max(size / 3, 50)
    private static let sizeOfCut = max(size / 6, 50)
    #else
    private static let size = TestSeed.setting("DHT_NODES", 1000)
    private static let sizeUnderChurn = size
    private static let sizeOfCut = size
    #endif

    private func plan() -> SimulationPlan {
        var plan = SimulationPlan()
        plan.nodes = Self.size
        plan.values = min(Self.size / 2, 500)
        plan.seed = TestSeed.number
        return plan
    }

    private func check(_ report: SimulationReport, finds share: Double) {
        let rounds = Foundation.log2(Double(report.plan.nodes))
        #expect(Double(report.roundsMedian) <= rounds, "\(TestSeed.hint)")
        #expect(report.roundsMax <= Int(rounds.rounded(.up)), "\(TestSeed.hint)")
        #expect(report.foundFraction >= share, "\(TestSeed.hint)")
        #expect(report.bytesPerNode < 200_000, "\(TestSeed.hint)")
    }

    @Test func `With half of the nodes gone at one stroke at least 99 % of the values are found`() {
        var plan = plan()
        plan.failedFraction = 0.5
        let report = plan.run()
        check(report, finds: 0.99)
        #expect(report.lostValues == 0, "\(TestSeed.hint)")
        #if !DEBUG
        // 10,000 nodes live for a minute in less than a minute of one processor.
        let most = report.simulated.inSeconds * Double(report.plan.nodes) / 10_000
        #expect(report.seconds < most, "\(report.seconds) s for \(report.simulated.inSeconds)")
        #endif
    }

    /// For ten minutes of the hour; `DHT_CHURN_MINUTES`.
    @Test func `Under churn of 10 % a minute at least 99_9 % of the values are found`() {
        var plan = plan()
        plan.nodes = Self.sizeUnderChurn
        plan.values = 200
        plan.churnPerMinute = 0.1
        plan.duration = .minutes(Double(TestSeed.setting("DHT_CHURN_MINUTES", 10)))
        let report = plan.run()
        check(report, finds: 0.999)
        #expect(report.lostValues == 0, "\(TestSeed.hint)")
    }

    @Test func `Loss, duplicates and messages that overtake each other lose no value`() {
        var plan = plan()
        plan.nodes = 100
        plan.values = 100
        plan.network.loss = 0.05
        plan.network.duplication = 0.05
        plan.network.encodes = true
        plan.failedFraction = 0.2
        let report = plan.run()
        #expect(report.foundFraction >= 0.99, "\(TestSeed.hint)")
        #expect(report.lostValues == 0, "\(TestSeed.hint)")
    }

    @Test func `After a cut is mended the values of both sides are found`() throws {
        var plan = plan()
        plan.nodes = Self.sizeOfCut
        plan.values = 50
        plan.partition = .minutes(10)
        plan.duration = .minutes(10)
        let report = plan.run()
        let sides = try #require(report.foundOfSides)
        #expect(min(sides.left, sides.right) >= 0.99, "\(sides) \(TestSeed.hint)")
        #expect(report.foundFraction >= 0.99 && report.lostValues == 0, "\(TestSeed.hint)")
        #expect(report.json.contains("\"partition_seconds\":600,\"found_fraction_left\":"), "\(report.json)")
    }

    @Test func `The same seed gives the same history`() {
        var plan = plan()
        plan.nodes = 40
        plan.values = 20
        plan.churnPerMinute = 0.2
        let (one, other) = (plan.run(), plan.run())
        #expect(one.messages == other.messages)
        #expect(one.messagesPerLookup == other.messagesPerLookup)
        plan.seed &+= 1
        let another = plan.run()
        #expect(another.messages != one.messages || another.messagesPerLookup != one.messagesPerLookup)
    }
}
