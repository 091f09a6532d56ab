import Foundation
import MessagePassing

// A rank of the tests: does an operation over and over, says with which error that ended, and goes on with the survivors.
//
//   rank-program OPERATION   barrier, broadcast, allReduce, allGather, allToAll, ring

let operation = CommandLine.arguments.dropFirst().first ?? "barrier"
let world = try await Communicator.world()

func say(_ line: String) {
    print(line)
    fflush(nil)
}

func perform(_ group: Communicator) async throws {
    switch operation {
    case "broadcast": _ = try await group.broadcast(group.rank == 0 ? [1.0, 2] : nil, from: 0)
    case "allReduce": _ = try await group.allReduce([Double](repeating: 1, count: 20_000), .sum)
    case "allGather": _ = try await group.allGather("rank \(group.rank)")
    case "allToAll": _ = try await group.allToAll(Array(repeating: group.rank, count: group.size))
    case "ring":
        let neighbour = (group.rank + 1) % group.size
        let _: Int = try await group.sendReceive(1, to: neighbour, from: (group.rank + group.size - 1) % group.size)
    default: try await group.barrier()
    }
}

try await perform(world)
say("ready \(world.rank) \(getpid())")
var group = world
while true {
    do {
        while true {
            try await perform(group)
            // Messages between two ranks do not keep step by themselves, and would go on with those that live.
            if operation == "ring" || operation == "broadcast" { try await group.barrier() }
        }
    } catch let error as MessagePassingError {
        say("threw \(error)")
        guard error.code == .rankFailed else { exit(3) }
        // It stays so.
        do {
            try await group.barrier()
            say("threw nothing the second time")
        } catch let again {
            say("again \(again)")
        }
        group = try await group.shrink(timeout: .seconds(60))
        let sum = try await group.allReduce(world.rank, .sum, timeout: .seconds(60))
        say("shrunk to \(group.size), sum \(sum)")
        guard group.size < 3 else { continue }
        try await world.finish()
        exit(0)
    }
}
