import MessagePassing
import ProcessSupport
import SwiftZMQ
import Testing

/// What a program does with a communicator, with real sockets.
@Suite(.timeLimit(.minutes(3))) struct CommunicatorTests {
    struct Weather: Codable, Equatable, Sendable {
        var place: String
        var degrees: Double
    }

    @Test func `A dictionary, a structure and numbers of every type arrive as they were sent`() async throws {
        let results = try await LocalWorld.run(2) { world -> Bool in
            if world.rank == 0 {
                try await world.send(["a": 7.0, "b": 3.14], to: 1)
                try await world.send(Weather(place: "Berlin", degrees: -.infinity), to: 1)
                try await world.send([1.5, .nan], to: 1, tag: 7)
                try await world.send([UInt8](0...255), to: 1)
                try await world.send([Int32](), to: 1)
                try await world.send("text", to: 1)
                try await world.send(42, to: 1)
                try await world.send(Int?.none, to: 1)
                return true
            }
            let dictionary: [String: Double] = try await world.receive(from: 0)
            let weather: Weather = try await world.receive(from: 0)
            let numbers: [Double] = try await world.receive(from: 0, tag: 7)
            let bytes: [UInt8] = try await world.receive()
            let none: [Int32] = try await world.receive(from: 0)
            let text: String = try await world.receive(tag: 0)
            let number: Int = try await world.receive(from: 0)
            let null: Int? = try await world.receive(from: 0)
            return dictionary == ["a": 7, "b": 3.14] && weather == Weather(place: "Berlin", degrees: -.infinity)
                && numbers[0] == 1.5 && numbers[1].isNaN && bytes == [UInt8](0...255) && none == [] && text == "text"
                && number == 42 && null == nil
        }
        #expect(results == [true, true])
    }

    @Test func `An array of numbers that might be missing arrives, whether it is missing or not`() async throws {
        let results = try await LocalWorld.run(2) { world -> [[Int]?] in
            let own: [Int]? = world.rank == 0 ? [1, 2, 3] : nil
            try await world.send(own, to: 1 - world.rank)
            let received: [Int]? = try await world.receive()
            // Of different lengths, which plain arrays must not have.
            let all = try await world.allGather(own)
            return [received] + all
        }
        #expect(results == [[nil, [1, 2, 3], nil], [[1, 2, 3], [1, 2, 3], nil]])
    }

    @Test func `Messages are told apart by sender and tag, and probed without being taken`() async throws {
        let results = try await LocalWorld.run(3) { world -> [String] in
            guard world.rank == 2 else {
                try await world.send("\(world.rank) first", to: 2, tag: 1)
                try await world.send("\(world.rank) second", to: 2, tag: 2)
                try await world.send("\(world.rank) third", to: 2, tag: 1)
                // Who has finished sends nothing more, and then there is no reason to look for it.
                try await world.barrier()
                return []
            }
            let status = try await world.probe(from: 1, tag: 2)
            #expect(status.source == 1 && status.tag == 2 && status.elementType == .encoded)
            #expect(try world.tryProbe(from: 1, tag: 9) == nil)
            try await world.barrier()
            var texts: [String] = [
                try await world.receive(from: 1, tag: 2), try await world.receive(from: 0, tag: 1),
                try await world.receive(from: 1, tag: 1),
            ]
            for _ in 0..<3 {
                let message: Received<String> = try await world.receiveMessage()
                #expect(message.value.hasPrefix("\(message.source) "))
                texts.append(message.value)
            }
            #expect(texts[..<3] == ["1 second", "0 first", "1 first"])
            return texts.sorted()
        }
        #expect(results[2].count == 6)
        #expect(Set(results[2]).count == 6)
    }

    @Test(arguments: [1, 2, 3, 4, 7])
    func `Every collective gives what it says`(size: Int) async throws {
        let results = try await LocalWorld.run(size) { world -> [String] in
            var wrong: [String] = []
            func expect<Value: Equatable>(_ value: Value, _ wanted: Value, _ what: String) {
                if value != wanted { wrong.append("\(what): \(value), not \(wanted)") }
            }
            let (rank, ranks) = (world.rank, Array(0..<size))
            try await world.barrier()
            for root in ranks {
                let told = try await world.broadcast(rank == root ? ["root": root] : nil, from: root)
                expect(told, ["root": root], "broadcast")
                let numbers = try await world.broadcast(rank == root ? [1.0, Double(root)] : nil, from: root)
                expect(numbers, [1.0, Double(root)], "broadcast of numbers")
                let part = try await world.scatter(rank == root ? ranks.map { "for \($0)" } : nil, from: root)
                expect(part, "for \(rank)", "scatter")
                let all = try await world.gather(String(repeating: "x", count: rank), to: root)
                expect(all, rank == root ? ranks.map { String(repeating: "x", count: $0) } : nil, "gather")
                let sum = try await world.reduce([rank, 1], .sum, to: root)
                expect(sum, rank == root ? [ranks.reduce(0, +), size] : nil, "reduce")
                let product = try await world.reduce(2, .product, to: root)
                expect(product, rank == root ? 1 << size : nil, "reduce of a number")
            }
            expect(try await world.allGather("rank \(rank)"), ranks.map { "rank \($0)" }, "allGather")
            let long = [Double](repeating: Double(rank), count: 20_000)
            expect(try await world.allGather(long).map { $0[19_999] }, ranks.map { Double($0) }, "allGather by ring")
            expect(try await world.allReduce(rank, .maximum), size - 1, "allReduce")
            expect(try await world.allReduce(long, .sum)[7], Double(ranks.reduce(0, +)), "allReduce by ring")
            expect(
                try await world.allReduce([UInt8(1 << (rank % 8))], .bitwiseOr), [UInt8(clamping: (1 << size) - 1)],
                "or")
            expect(try await world.scan(rank + 1, .sum), (1...rank + 1).reduce(0, +), "scan")
            expect(try await world.scan(rank + 1, Reduction { max($0, $1) }), rank + 1, "scan with a closure")
            let part = try await world.reduceScatter(Array(0..<2 * size + 1), .sum)
            let bounds = (0...size).map { $0 * 2 + min($0, 1) }
            expect(part, Array(bounds[rank]..<bounds[rank + 1]).map { $0 * size }, "reduceScatter")
            expect(try await world.allToAll(ranks.map { rank * 100 + $0 }), ranks.map { $0 * 100 + rank }, "allToAll")
            let next: Int = try await world.sendReceive(rank, to: (rank + 1) % size, from: (rank + size - 1) % size)
            expect(next, (rank + size - 1) % size, "sendReceive")
            return wrong
        }
        #expect(results == Array(repeating: [], count: size))
    }

    @Test func `Parts of a communicator do not hear one another`() async throws {
        let results = try await LocalWorld.run(5) { world -> [Int] in
            let half = try #require(try await world.split(color: world.rank % 2, key: -world.rank))
            let members = try await half.allGather(world.rank)
            let none = try await world.split(color: world.rank == 4 ? nil : 1)
            #expect((none == nil) == (world.rank == 4))
            // The same tags in both, and one waits in the world.
            try await half.send(world.rank, to: (half.rank + 1) % half.size, tag: 3)
            try await world.send(1000 + world.rank, to: world.rank, tag: 3)
            let inWorld: Int = try await world.receive(tag: 3)
            let inHalf: Int = try await half.receive(tag: 3)
            #expect(inWorld == 1000 + world.rank)
            #expect(inHalf % 2 == world.rank % 2)
            return members
        }
        #expect(results == [[4, 2, 0], [3, 1], [4, 2, 0], [3, 1], [4, 2, 0]])
    }

    @Test func `Colors may be any numbers, and parts can be parted again`() async throws {
        let results = try await LocalWorld.run(6) { world -> [Int] in
            let color = world.rank < 3 ? Int.min : -1
            let half = try #require(try await world.split(color: color, key: Int.max - world.rank))
            let part = try #require(try await half.split(color: half.rank % 2, key: -half.rank))
            return try await part.allGather(world.rank)
        }
        #expect(results == [[0, 2], [1], [0, 2], [3, 5], [4], [3, 5]])
    }

    @Test func `A tag is a number up to the greatest there is`() async throws {
        _ = try await LocalWorld.run(2) { world in
            let greatest = Communicator.tags.upperBound
            try await world.send("greatest", to: 1 - world.rank, tag: greatest)
            let message: Received<String> = try await world.receiveMessage(tag: greatest)
            #expect(message.value == "greatest" && message.tag == greatest)
            await #expect { try await world.send("more", to: 1 - world.rank, tag: greatest + 1) } throws: { error in
                (error as? MessagePassingError)?.code == .invalidArgument
            }
        }
    }

    @Test func `A wrong type, rank, tag or root throws and says so`() async throws {
        _ = try await LocalWorld.run(2) { world in
            try await world.send([1.0], to: 1 - world.rank)
            await #expect { let _: [Float] = try await world.receive() } throws: { error in
                "\(error)".contains("sent [Double]") && "\(error)".contains("Array<Float>")
            }
            await #expect(throws: MessagePassingError.self) { try await world.send(1, to: 2) }
            await #expect(throws: MessagePassingError.self) { try await world.send(1, to: 0, tag: -1) }
            await #expect { let _: Int = try await world.receive(from: 9) } throws: { error in
                (error as? MessagePassingError)?.code == .invalidArgument
            }
            for (source, tag) in [(9, 0), (-1, 0), (0, -1)] {
                #expect {
                    try world.tryProbe(from: source, tag: tag)
                } throws: { error in
                    (error as? MessagePassingError)?.code == .invalidArgument
                }
            }
        }
    }

    @Test func `Calls end at their deadline and by cancellation, and the message stays for the next`() async throws {
        _ = try await LocalWorld.run(2, heartbeat: .seconds(1)) { world in
            if world.rank == 0 {
                await #expect { let _: Int = try await world.receive(timeout: .milliseconds(50)) } throws: { error in
                    (error as? MessagePassingError)?.code == .timedOut
                }
                let waiting = Task { let _: Int = try await world.receive(tag: 5) }
                waiting.cancel()
                await #expect(throws: CancellationError.self) { try await waiting.value }
                try await world.send(0, to: 1)
                let number: Int = try await world.receive(tag: 5)
                #expect(number == 7)
            } else {
                let _: Int = try await world.receive(from: 0)
                try await world.send(7, to: 0, tag: 5)
            }
        }
    }

    @Test func `A rank that gives a collective up is named to the others, and shrinking mends it`() async throws {
        let results = try await LocalWorld.run(3) { world -> [String] in
            do {
                if world.rank == 1 {
                    let _: [Int] = try await world.allGather(Unwritable(), timeout: .seconds(60)).map { _ in 0 }
                } else {
                    try await world.barrier(timeout: .seconds(60))
                }
                return ["nothing thrown"]
            } catch {
                let again = try await world.shrink(timeout: .seconds(60))
                let sum = try await again.allReduce(1, .sum, timeout: .seconds(60))
                return ["\(error)", "\(sum)"]
            }
        }
        #expect(results.map(\.last) == ["3", "3", "3"])
        #expect(results[0] == results[2])
        // They waited in another operation when rank 1 gave up, or had not begun it yet.
        let told = results[0][0]
        #expect(told.hasPrefix("mismatch") || told.contains("rank 1 gave up: cannot be written"), "\(results)")
        #expect(results[1][0].contains("cannot be written"))
    }

    private struct Unwritable: Codable, Sendable {
        struct Refused: Error, CustomStringConvertible { let description = "cannot be written" }

        func encode(to encoder: any Encoder) throws { throw Refused() }
        init() {}
        init(from decoder: any Decoder) throws { throw Refused() }
    }

    @Test func `Ranks that call different operations all throw the same`() async throws {
        let results = try await LocalWorld.run(4) { world -> String in
            do {
                if world.rank == 2 {
                    _ = try await world.allReduce([1.0, 2], .sum, timeout: .seconds(60))
                } else {
                    _ = try await world.allReduce([1.0], .sum, timeout: .seconds(60))
                }
                try await world.barrier(timeout: .seconds(60))
                return "nothing thrown"
            } catch {
                return "\(error)"
            }
        }
        #expect(Set(results).count == 1, "\(results)")
        // Of a rank that had not called anything by then nothing can be said.
        #expect(
            results[0].contains(
                /ranks? [0-3](, [0-3])*: allReduce of 1 \[Double\], sum; rank 2: allReduce of 2 \[Double\], sum/),
            "\(results[0])")
    }

    @Test func `A rank that finishes early ends the waits for it`() async throws {
        let results = try await LocalWorld.run(3) { world -> String in
            guard world.rank != 0 else {
                try await world.send(1, to: 1)
                return ""
            }
            do {
                if world.rank == 1 { let _: Int = try await world.receive(from: 0, timeout: .seconds(60)) }
                let _: Int = try await world.receive(from: 0, timeout: .seconds(60))
                return "nothing thrown"
            } catch {
                return "\(error)"
            }
        }
        // Rank 0 alone is named, though the other of the two may have finished by then, too.
        #expect(results[1].hasPrefix("rankFinished: rank 0 finished"))
        #expect(results[2] == results[1])
    }

    @Test func `Who looks for a message again and again learns that its sender has finished`() async throws {
        let results = try await LocalWorld.run(2) { world -> String in
            guard world.rank == 1 else {
                try await world.send("last", to: 1)
                return ""
            }
            let _: String = try await world.receive(from: 0)
            do {
                while try world.tryProbe(from: 0) == nil { await Task.yield() }
                return "found one"
            } catch {
                return "\(error)"
            }
        }
        #expect(results[1].hasPrefix("rankFinished: rank 0 finished"), "\(results)")
    }

    @Test func `A rank with another key is not let in`() async throws {
        let keys = try CurveKeyPair.generate()
        let rendezvous = try await LocalWorld.freeEndpoint()
        func configuration(_ rank: Int, _ keys: CurveKeyPair) -> WorldConfiguration {
            WorldConfiguration(rank: rank, size: 2, rendezvous: rendezvous, keys: keys)
        }
        async let first = Communicator.world(configuration(0, keys))
        var stranger = configuration(1, try .generate())
        stranger.joinTimeout = .milliseconds(500)
        await #expect { try await Communicator.world(stranger) } throws: { error in
            (error as? MessagePassingError)?.code == .notJoined
        }
        // The right one still is.
        let second = try await Communicator.world(configuration(1, keys))
        let zero = try await first
        try await zero.send("welcome", to: 1)
        let text: String = try await second.receive(from: 0, timeout: .seconds(60))
        #expect(text == "welcome")
        async let ended: Void = zero.finish()
        try await second.finish()
        try await ended
    }
}
