import MessagePassing
import Testing

/// Operations that a rank gives up, with real sockets.
@Suite(.timeLimit(.minutes(3))) struct GivingUpTests {
    enum Way: String, CaseIterable {
        case timeout, cancellation

        /// What the rank itself throws, and what the others are told.
        var texts: (own: String, others: String) {
            switch self {
            case .timeout: ("timedOut", "rank 0 gave up: timeout after 0.05 seconds")
            case .cancellation: ("CancellationError", "rank 0 gave up: its task was cancelled")
            }
        }
    }

    enum Call: String, CaseIterable {
        case barrier, allReduce, gather, split

        func perform(_ world: Communicator, timeout: Duration?) async throws {
            switch self {
            case .barrier: try await world.barrier(timeout: timeout)
            case .allReduce: _ = try await world.allReduce(1, .sum, timeout: timeout)
            case .gather: _ = try await world.gather("one", to: 0, timeout: timeout)
            case .split: _ = try await world.split(color: 0, timeout: timeout)
            }
        }
    }

    private static func giveUp(_ call: Call, _ way: Way, _ world: Communicator) async throws {
        switch way {
        case .timeout: try await call.perform(world, timeout: .milliseconds(50))
        case .cancellation:
            // Whether that comes before the operation begins or after, the others learn of it.
            let task = Task { try await call.perform(world, timeout: nil) }
            task.cancel()
            try await task.value
        }
    }

    @Test(arguments: Call.allCases, Way.allCases)
    func `A rank that gives an operation up is named to the others with its reason, and shrinking mends it`(
        call: Call, way: Way
    ) async throws {
        let results = try await LocalWorld.run(3) { world -> [String] in
            var thrown = "nothing"
            do {
                switch world.rank {
                case 0: try await Self.giveUp(call, way, world)
                // Of a tree, this one may be done before.
                case 1:
                    try await call.perform(world, timeout: .seconds(60))
                    try await world.barrier(timeout: .seconds(60))
                // This one never comes, and waits for something else.
                default: let _: Int = try await world.receive(from: 0, timeout: .seconds(60))
                }
            } catch {
                thrown = "\(error)"
            }
            let again = try await world.shrink(timeout: .seconds(60))
            return [thrown, "\(try await again.allReduce(1, .sum, timeout: .seconds(60)))"]
        }
        #expect(results.map(\.last) == ["3", "3", "3"])
        #expect(results[0][0].hasPrefix(way.texts.own), "\(results)")
        #expect(results[1][0].hasPrefix("abandoned: ") && results[1][0].contains(way.texts.others), "\(results)")
        #expect(results[2] == results[1])
    }

    @Test func `A rank that gives shrinking up is named to the others, and all shrink once more`() async throws {
        let results = try await LocalWorld.run(3) { world -> [String] in
            var thrown = "nothing"
            if world.rank == 0 {
                do {
                    _ = try await world.shrink(timeout: .milliseconds(50))
                } catch {
                    thrown = "\(error)"
                }
                for rank in 1...2 { try await world.send("gave up", to: rank) }
            } else {
                let _: String = try await world.receive(from: 0)
                let first = try await world.shrink(timeout: .seconds(60))
                do {
                    try await first.barrier(timeout: .seconds(60))
                } catch {
                    thrown = "\(error)"
                }
            }
            let again = try await world.shrink(timeout: .seconds(60))
            return [thrown, "\(try await again.allReduce(1, .sum, timeout: .seconds(60)))"]
        }
        #expect(results.map(\.last) == ["3", "3", "3"])
        #expect(results[0][0].hasPrefix("timedOut"), "\(results)")
        #expect(results[1][0].hasPrefix("abandoned: "), "\(results)")
        #expect(results[1][0].contains("rank 0 gave up: timeout after 0.05 seconds"), "\(results)")
        #expect(results[2] == results[1])
    }

    @Test func `A deadline ends waits for each other that nobody can notice`() async throws {
        let results = try await LocalWorld.run(2) { world -> String in
            do {
                if world.rank == 0 { try await world.barrier(timeout: .milliseconds(50)) }
                let _: Int = try await world.receive(timeout: .seconds(60))
                return "nothing thrown"
            } catch {
                return "\(error)"
            }
        }
        #expect(results[0].hasPrefix("timedOut"), "\(results)")
        // Rank 0 gives up and finishes, and rank 1 may hear of either first.
        let reasons = ["barrier, cannot be completed; rank 0 gave up: timeout", "rankFinished: rank 0 finished"]
        #expect(reasons.contains { results[1].contains($0) }, "\(results)")
    }

    @Test func `A deadline ends operations of two communicators that are called in different orders`() async throws {
        let results = try await LocalWorld.run(2) { world -> String in
            let part = try #require(try await world.split(color: 0))
            do {
                if world.rank == 0 {
                    try await world.barrier(timeout: .milliseconds(50))
                    try await part.barrier()
                } else {
                    try await part.barrier(timeout: .seconds(60))
                    try await world.barrier()
                }
                return "nothing thrown"
            } catch {
                return "\(error)"
            }
        }
        #expect(results[0].hasPrefix("timedOut"), "\(results)")
        // Rank 0 does nothing more, and finishes.
        #expect(results[1].contains("rank 0 gave up: it finished without calling it"), "\(results)")
    }
}
