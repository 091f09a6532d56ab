import ProcessSupport
import SwiftZMQ
import Testing

@testable import MessagePassing

/// Every algorithm, carried out in memory by all ranks.
@Suite struct AlgorithmTests {
    /// What went over the wires in a collective operation.
    struct Traffic {
        var messages: [Int]
        var bytes: [Int]
        /// The longest chain of messages each of which waited for the one before.
        var depth: Int
    }

    /// Carries an operation out, with messages delivered in a random order.
    func run(_ operation: Operation, ranks size: Int, seed: UInt64 = 1) throws -> Traffic {
        var random = SplitMix(seed: seed)
        var traffic = Traffic(
            messages: Array(repeating: 0, count: size), bytes: Array(repeating: 0, count: size), depth: 0)
        var runs = (0..<size).map { rank in
            let place = Place(rank: rank, size: size)
            return CollectiveRun(rank: rank, operation.schedule(place).schedule, operation.blocks(place))
        }
        var flying: [(sender: Int, message: CollectiveRun.Outgoing)] = []
        func note(_ sender: Int, _ sent: [CollectiveRun.Outgoing]) {
            traffic.messages[sender] += sent.count
            traffic.bytes[sender] += sent.reduce(0) { $0 + $1.frames.reduce(0) { $0 + $1.count } }
            traffic.depth = sent.reduce(traffic.depth) { max($0, $1.round + 1) }
            flying += sent.map { (sender, $0) }
        }
        for rank in 0..<size { note(rank, try runs[rank].start()) }
        while !flying.isEmpty {
            let (sender, message) = flying.remove(at: Int.random(in: flying.indices, using: &random))
            note(message.peer, try runs[message.peer].receive(message.frames, from: sender, round: message.round))
        }
        for (rank, run) in runs.enumerated() {
            #expect(run.isDone, "rank \(rank) of \(size) waits for \(run.awaited)")
            #expect(operation.isRight(run.blocks, Place(rank: rank, size: size)), "rank \(rank) of \(size)")
        }
        return traffic
    }

    @Test(arguments: 1...17)
    func `Every operation gives the right result in whatever order messages come`(size: Int) throws {
        for operation in Operation.all(size: size) {
            for seed in UInt64(1)...10 { _ = try run(operation, ranks: size, seed: seed) }
        }
        for root in 0..<size {
            for kind in [CollectiveCall.Operation.broadcast, .scatter, .gather, .reduce] {
                _ = try run(Operation(kind: kind, root: root), ranks: size)
            }
        }
    }

    private func rounds(_ size: Int) -> Int { (0..<64).first { 1 << $0 >= size } ?? 0 }

    @Test(arguments: 1...17)
    func `Trees need the logarithm of the ranks in rounds, and a message for each rank but one`(size: Int) throws {
        for kind in [CollectiveCall.Operation.broadcast, .reduce, .gather, .scatter] {
            for root in [0, size - 1] {
                let traffic = try run(Operation(kind: kind, root: root), ranks: size)
                #expect(traffic.messages.reduce(0, +) == size - 1, "\(kind)")
                #expect(traffic.depth == rounds(size), "\(kind)")
            }
        }
        let barrier = try run(Operation(kind: .barrier), ranks: size)
        #expect(barrier.messages == Array(repeating: rounds(size), count: size))
        #expect(barrier.bytes == Array(repeating: 0, count: size))
        let scan = try run(Operation(kind: .scan), ranks: size)
        for rank in 0..<size {
            #expect(scan.messages[rank] == (0..<rounds(size)).count { rank + 1 << $0 < size })
        }
    }

    @Test(arguments: 1...17)
    func `The ring reduces with the least bytes that are possible`(size: Int) throws {
        // A number of elements that the number of ranks divides, so that the formula comes out even.
        let even = 24 * size
        let traffic = try run(Operation(kind: .allReduce, count: even, bytes: 1 << 20), ranks: size)
        let bytes = even * 8
        #expect(traffic.messages == Array(repeating: 2 * (size - 1), count: size))
        #expect(traffic.bytes == Array(repeating: 2 * bytes * (size - 1) / size, count: size))
        #expect(traffic.depth == 2 * (size - 1))
        let half = try run(Operation(kind: .reduceScatter, count: even, bytes: 1 << 20), ranks: size)
        #expect(half.messages == Array(repeating: size - 1, count: size))
        #expect(half.bytes == Array(repeating: bytes * (size - 1) / size, count: size))
    }

    @Test(arguments: 1...17)
    func `Recursive doubling sends the whole in each round, and two rounds more for what is no power of two`(
        size: Int
    ) throws {
        let traffic = try run(Operation(kind: .allReduce, count: 5), ranks: size)
        let power = 1 << ((0..<6).last { 1 << $0 <= size } ?? 0)
        let pairs = size - power
        let doublings = rounds(power)
        #expect(traffic.depth == doublings + (pairs > 0 ? 2 : 0))
        for rank in 0..<size {
            let expected = rank >= 2 * pairs ? doublings : rank.isMultiple(of: 2) ? 1 : doublings + 1
            #expect(traffic.messages[rank] == expected, "rank \(rank) of \(size)")
            #expect(traffic.bytes[rank] == expected * 40)
        }
    }

    /// How often the blocks of all ranks are passed on in a tree: each in as many messages as its distance from the root has
    /// bits that are set.
    private func passes(_ size: Int) -> Int { (0..<size).reduce(0) { $0 + $1.nonzeroBitCount } }

    @Test(arguments: 1...17)
    func `Trees send the whole to or from each rank once, or blocks as often as they are passed on`(size: Int) throws {
        let block = Operation.blockBytes
        for root in [0, size - 1] {
            func bytes(_ kind: CollectiveCall.Operation) throws -> Int {
                try run(Operation(kind: kind, root: root), ranks: size).bytes.reduce(0, +)
            }
            #expect(try bytes(.broadcast) == block * (size - 1))
            #expect(try bytes(.reduce) == 24 * (size - 1))
            #expect(try bytes(.gather) == block * passes(size))
            #expect(try bytes(.scatter) == block * passes(size))
        }
        let scan = try run(Operation(kind: .scan), ranks: size)
        #expect(scan.bytes == scan.messages.map { 24 * $0 })
        #expect(scan.depth == rounds(size))
    }

    @Test(arguments: 2...17)
    func `Nobody is done with a barrier before everybody has begun it`(size: Int) throws {
        for absent in 0..<size {
            var runs = (0..<size).map { rank in
                CollectiveRun(rank: rank, .barrier(Place(rank: rank, size: size)), FrameBlocks([]))
            }
            var flying: [(sender: Int, message: CollectiveRun.Outgoing)] = []
            for rank in 0..<size where rank != absent { flying += try runs[rank].start().map { (rank, $0) } }
            while let (sender, message) = flying.popLast() {
                guard message.peer != absent else { continue }
                let answers = try runs[message.peer].receive(message.frames, from: sender, round: message.round)
                flying += answers.map { (message.peer, $0) }
            }
            #expect(runs.allSatisfy { !$0.isDone }, "without rank \(absent) of \(size)")
        }
    }

    @Test(arguments: 1...17)
    func `Both ways to gather for all send each block to each rank once`(size: Int) throws {
        for (bytes, messages) in [(0, rounds(size)), (1 << 20, size - 1)] {
            let traffic = try run(Operation(kind: .allGather, bytes: bytes), ranks: size)
            #expect(traffic.messages == Array(repeating: messages, count: size))
            #expect(traffic.bytes == Array(repeating: Operation.blockBytes * (size - 1), count: size))
            #expect(traffic.depth == messages)
        }
        let exchange = try run(Operation(kind: .allToAll), ranks: size)
        #expect(exchange.messages == Array(repeating: size - 1, count: size))
        #expect(exchange.bytes == Array(repeating: Operation.blockBytes * (size - 1), count: size))
    }

    @Test func `A message that the schedule does not expect is refused`() throws {
        let place = Place(rank: 0, size: 4)
        var run = CollectiveRun(rank: 0, .barrier(place), FrameBlocks([]))
        _ = try run.start()
        #expect(throws: CollectiveRun.Misfit(peer: 1, round: 0)) { try run.receive([], from: 1, round: 0) }
        #expect(throws: CollectiveRun.Misfit(peer: 3, round: 2)) { try run.receive([], from: 3, round: 2) }
        #expect(throws: CollectiveRun.Misfit(peer: 3, round: 0)) { try run.receive(["x"], from: 3, round: 0) }
        _ = try run.receive([], from: 3, round: 0)
        #expect(throws: CollectiveRun.Misfit(peer: 3, round: 0)) { try run.receive([], from: 3, round: 0) }
        #expect(run.awaited == [2])
    }

    @Test func `Numbers that do not fit a block are refused, wherever they lie in memory`() {
        var blocks = NumberBlocks([1.0, 2, 3, 4, 5], blocks: 2, .sum)
        #expect(NumberBlocks<Double>.bounds(of: 5, blocks: 2) == [0, 3, 5])
        let misfits = [
            blocks.combine(0, with: Frame(numbers: [1.0, 1][...]), comesFirst: true),
            blocks.replace(1, with: Frame(numbers: [1.0, 1, 1][...])),
            blocks.replace(2, with: Frame()),
        ]
        #expect(misfits == [false, false, false])
        let fits = [
            blocks.combine(0, with: Frame(numbers: [1.0, 1, 1][...]), comesFirst: true),
            blocks.replace(1, with: Frame(numbers: [9.0, 9][...])),
        ]
        #expect(fits == [true, true])
        #expect(blocks.numbers == [2, 3, 4, 9, 9])
    }
}
