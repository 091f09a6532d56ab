import MessagePassing
import MessagePassingExamples
import Testing

/// The examples, with any number of ranks.
@Suite(.timeLimit(.minutes(3))) struct ExampleTests {
    @Test func `The plate is the same for every number of ranks, also for more than it has rows`() async throws {
        var plates: [[Double]] = []
        for size in [1, 2, 3, 5] {
            let results = try await LocalWorld.run(size) { try await heat($0, side: 3, steps: 20) }
            plates.append(try #require(results[0]))
        }
        #expect(plates[0].count == 9)
        #expect(plates.allSatisfy { $0 == plates[0] })
    }
}
