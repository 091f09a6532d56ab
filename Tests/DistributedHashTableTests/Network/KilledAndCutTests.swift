import Foundation
import ProcessSupport
import Testing

/// Nothing lost on two machines: nodes are killed and started at random on both, and the cable between them is pulled.
///
/// `DHT_CUT_NODES` sets how many nodes there are (10), `DHT_CUT_KILL_SECONDS` for how long they are killed, one a second (6);
/// in the middle third of that time the link is cut. `Scripts/hammer-kademlia` has 100 of them for five minutes.
@Suite(
    .serialized, .timeLimit(.minutes(20)),
    .enabled("needs root and ip netns", { await NetworkNamespaces.areAvailable }))
struct KilledAndCutTests {
    let programs = NodePrograms()

    @Test func `Nodes on two machines lose no value although they are killed and the link is cut`() async throws {
        try await NetworkNamespaces.with { network in
            var sides = TwoSides(network, programs)
            try await sides.start(on: .left, joiningThrough: [])
            for number in 1..<TestSeed.setting("DHT_CUT_NODES", 10) {
                try await sides.start(
                    on: number % 2 == 0 ? .left : .right, joiningThrough: [try sides.someone(on: .left)])
            }
            let values = 10
            for number in 0..<values {
                let through = try sides.someone(on: .left).endpoint
                let stored = try await sides.run(on: .left, "store", "--join", through, "key \(number)", "\(number)")
                #expect(stored.first?.hasPrefix("stored key \(number) at ") == true, "\(TestSeed.hint)")
            }
            let start = ContinuousClock.now
            let third = Duration.seconds(TestSeed.setting("DHT_CUT_KILL_SECONDS", 6)) / 3
            var kills = 0
            for phase in 1...3 {
                if phase == 2 { try await network.pullCable() }
                if phase == 3 { try await network.plugCable() }
                while ContinuousClock.now < start + third * phase {
                    let next = ContinuousClock.now + .seconds(1)
                    try await sides.replaceOne(on: kills % 2 == 0 ? .left : .right)
                    kills += 1
                    // The pace that is asked for: no sooner, as each kill is to meet a network that lives.
                    try await Task.sleep(until: next, clock: .continuous)
                }
            }
            #expect(kills >= 3)
            // Once the two halves have found each other, each finds everything.
            for side in [TwoSides.Side.left, .right] {
                for number in 0..<values {
                    var attempts = 0
                    var found: [String] = []
                    while found != ["\(number)"], attempts < 30 {
                        let through = try sides.someone(on: side).endpoint
                        found = try await sides.run(on: side, "find", "--join", through, "key \(number)")
                        attempts += 1
                    }
                    #expect(found == ["\(number)"], "on the \(side) after \(kills) kills; \(TestSeed.hint)")
                }
            }
        }
    }
}
