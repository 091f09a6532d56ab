import MessagePassing
import ProcessSupport
import Testing

/// The end of a rank's part in the world.
@Suite(.timeLimit(.minutes(3))) struct FinishingTests {
    @Test func `Finishing ends at its deadline and by cancellation, names who is missing, and can be waited for again`()
        async throws
    {
        let hasGivenUp = Watched(false)
        _ = try await LocalWorld.run(3) { world in
            guard world.rank == 0 else {
                _ = try await hasGivenUp.wait { $0 ? true : nil }
                return
            }
            await #expect { try await world.finish(timeout: .milliseconds(50)) } throws: { error in
                let error = error as? MessagePassingError
                return error?.code == .timedOut && error?.ranks == [1, 2]
            }
            let waiting = Task { try await world.finish() }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            await #expect { try await world.barrier() } throws: { error in
                (error as? MessagePassingError)?.code == .finished
            }
            hasGivenUp.change { $0 = true }
            try await world.finish(timeout: .seconds(60))
        }
    }
}
