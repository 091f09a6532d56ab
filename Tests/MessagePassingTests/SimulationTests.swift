import Foundation
import ProcessSupport
import SwiftZMQ
import Testing

@testable import MessagePassing

/// Ranks that die at every step of every operation: nothing hangs, all survivors throw the same, shrinking works.
@Suite struct SimulationTests {
    private static func number(_ name: String, _ usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }

    /// What happens to a rank.
    enum Accident: CaseIterable { case kill, stop, giveUp }

    /// What is wrong at the end of a simulation; empty when nothing is.
    private func faults(of world: SimulatedWorld) -> [String] {
        var faults = world.wrongResults
        var errors: [UInt64: Set<MessagePassingError>] = [:]
        var members: [UInt64: Set<[Int]>] = [:]
        for rank in 0..<world.size where world.lives[rank] == .running {
            let program = world.programs[rank]
            let isExcluded = world.cores[rank].membership.isExcluded
            if !program.isFinished, !isExcluded { faults.append("rank \(rank) hangs in \(program)") }
            guard !isExcluded else { continue }
            for (id, error) in program.errors { errors[id, default: []].insert(error) }
            for (id, ranks) in program.members { members[id, default: []].insert(ranks) }
        }
        for (id, errors) in errors where errors.count > 1 { faults.append("communicator \(id) threw \(errors)") }
        for (id, members) in members where members.count > 1 { faults.append("communicator \(id) has \(members)") }
        return faults
    }

    @Test func `Ranks killed and stopped, and operations given up, at random times`() throws {
        let first = UInt64(Self.number("MODEL_SEED", Int.random(in: 0..<1_000_000_000)))
        let schedules = Self.number("RANKS_SCHEDULES", 1000)
        print("random schedules of ranks: MODEL_SEED=\(first), \(schedules) of them")
        for seed in first..<first + UInt64(schedules) {
            var random = SplitMix(seed: seed)
            let size = Int.random(in: 1...7, using: &random)
            let all = Operation.all(size: size).map { SimulatedWorld.Action.collective($0) } + [.ring]
            let actions = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                all[Int.random(in: all.indices, using: &random)]
            }
            var world = SimulatedWorld(size: size) { _ in actions }
            world.start()
            let worst = size - 1
            var accidents = Int.random(in: 0...max(worst, 0), using: &random)
            var resting: [Int] = []
            while world.step(using: &random) {
                if accidents > 0, Int.random(in: 0..<10, using: &random) == 0 {
                    accidents -= 1
                    let victim = Int.random(in: 0..<size, using: &random)
                    switch Accident.allCases[Int.random(in: Accident.allCases.indices, using: &random)] {
                    case .kill: world.kill(victim, using: &random)
                    case .stop:
                        world.stop(victim)
                        resting.append(victim)
                    case .giveUp: world.giveUp(victim)
                    }
                }
                if !resting.isEmpty, Int.random(in: 0..<30, using: &random) == 0 { world.resume(resting.removeFirst()) }
                guard world.steps < 200_000 else { break }
            }
            let faults = faults(of: world)
            #expect(faults.isEmpty, "MODEL_SEED=\(seed): \(faults.joined(separator: "; "))")
            guard faults.isEmpty else { return }
        }
    }

    @Test(arguments: 2...4, Accident.allCases)
    func `A rank killed, stopped or giving up at every step of every operation`(size: Int, accident: Accident) {
        // What is made by a split is used, too.
        let barrier = SimulatedWorld.Action.collective(Operation(kind: .barrier))
        let collectives = Operation.all(size: size).map { operation -> [SimulatedWorld.Action] in
            operation.kind == .split ? [.collective(operation), barrier] : [.collective(operation)]
        }
        for actions in collectives + [[.ring], [.ring, barrier]] {
            for victim in 0..<size {
                for moment in 0... {
                    var random = SplitMix(seed: UInt64(moment))
                    var world = SimulatedWorld(size: size) { _ in actions }
                    world.start()
                    var isOver = false
                    for _ in 0..<moment where !isOver { isOver = !world.step(using: &random) }
                    if isOver { break }
                    switch accident {
                    case .kill: world.kill(victim, using: &random)
                    case .stop: world.stop(victim)
                    case .giveUp: world.giveUp(victim)
                    }
                    while world.step(using: &random) {}
                    let faults = faults(of: world)
                    #expect(faults.isEmpty, "\(actions), rank \(victim) of \(size), step \(moment): \(faults)")
                    guard faults.isEmpty else { return }
                }
            }
        }
    }

    @Test(arguments: 2...6)
    func `Ranks that call different operations all throw the same`(size: Int) {
        for seed in UInt64(0)..<60 {
            var random = SplitMix(seed: seed)
            let all = Operation.all(size: size)
            let odd = Int.random(in: 0..<size, using: &random)
            let usual = all[Int.random(in: all.indices, using: &random)]
            guard let other = all.filter({ $0.call != usual.call }).randomElement(using: &random) else { continue }
            let barrier = Operation(kind: .barrier)
            var world = SimulatedWorld(size: size) { rank in
                [barrier, rank == odd ? other : usual, barrier, barrier].map { .collective($0) }
            }
            world.start()
            while world.step(using: &random), world.steps < 10_000 {}
            let errors = Set(world.programs.compactMap { $0.errors[CommunicatorID.world] })
            let what = "\(usual.testDescription) and \(other.testDescription) on rank \(odd), seed \(seed)"
            #expect(errors.count == 1, "\(what): \(errors)")
            #expect(errors.first?.code == .mismatch, "\(what)")
            #expect(errors.first?.explanation.contains(usual.call.description) == true, "\(what): \(errors)")
            #expect(errors.first?.explanation.contains(other.call.description) == true, "\(what): \(errors)")
            #expect(world.programs.allSatisfy { $0.errors[CommunicatorID.world] != nil }, "\(what)")
        }
    }

    @Test func `A rank that finishes too early is named to all that wait for it`() {
        for seed in UInt64(0)..<50 {
            var random = SplitMix(seed: seed)
            let barrier = SimulatedWorld.Action.collective(Operation(kind: .barrier))
            var world = SimulatedWorld(size: 4) { $0 == 2 ? [barrier] : [barrier, barrier] }
            world.start()
            while world.step(using: &random) {}
            let errors = Set(world.programs.compactMap { $0.errors[CommunicatorID.world] })
            #expect(errors.count == 1)
            #expect(errors.first?.code == .abandoned)
            #expect(errors.first?.ranks == [2])
            // The three others have shrunk the communicator, and come to an end with it.
            let unfinished = world.programs.filter { !$0.isFinished }
            #expect(unfinished.isEmpty)
        }
    }
}
