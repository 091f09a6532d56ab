import DistributedHashTable
import Foundation
import Glibc
import ProcessSupport
import Testing

/// Nothing lost: nodes are killed and started at random, as processes.
///
/// `DHT_KILL_NODES` sets how many nodes there are (25), `DHT_KILL_SECONDS` for how long (20); `Scripts/hammer-kademlia` has
/// 100 of them for five minutes. Each second one is killed and one is started.
@Suite(.serialized, .timeLimit(.minutes(15))) struct KillTests {
    let programs = NodePrograms()

    @Test func `Nodes that are killed and started at random lose no value`() async throws {
        var generator = SeededRandom(seed: TestSeed.number)
        var nodes = try await programs.nodes(TestSeed.setting("DHT_KILL_NODES", 25))
        let values = 50
        for number in 0..<values {
            let through = nodes.randomElement(using: &generator) ?? nodes[0]
            let stored = try await programs.run("store", "--join", through.endpoint, "key \(number)", "value \(number)")
            #expect(stored.ending == .exited(0), "\(stored.errors) \(TestSeed.hint)")
        }
        let end = ContinuousClock.now + .seconds(TestSeed.setting("DHT_KILL_SECONDS", 20))
        var kills = 0
        while ContinuousClock.now < end {
            let next = ContinuousClock.now + .seconds(1)
            let victim = nodes.remove(at: Int.random(in: nodes.indices, using: &generator))
            #expect(try await victim.end(SIGKILL) == .signalled(SIGKILL))
            let others = [nodes.randomElement(using: &generator), nodes.randomElement(using: &generator)]
            let joins = others.compactMap { $0 }.flatMap { ["--join", $0.endpoint] }
            nodes.append(try await programs.joined(programs.start(["node"] + joins)))
            kills += 1
            // The pace that is asked for: no sooner, as each kill is to meet a network that lives.
            try await Task.sleep(until: next, clock: .continuous)
        }
        #expect(kills > 0)
        var lost: [Int] = []
        for number in 0..<values {
            let through = nodes.randomElement(using: &generator) ?? nodes[0]
            let found = try await programs.run("find", "--join", through.endpoint, "key \(number)")
            if found.output != ["value \(number)"] { lost.append(number) }
        }
        #expect(lost.isEmpty, "\(lost) after \(kills) kills; \(TestSeed.hint)")
    }
}
