import Testing

/// Lets all tests of a suite share one gateway, which ends with the suite.
struct OneHTTP2Gateway: SuiteTrait, TestScoping {
    @TaskLocal static var current: HTTP2Gateway?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        // Small enough to be reached, large enough for what is no attack.
        let gateway = try await HTTP2Gateway("--max-body", "256KiB")
        try await Self.$current.withValue(gateway) { try await function() }
    }
}

extension Trait where Self == OneHTTP2Gateway {
    /// One gateway for all tests of the suite.
    static var oneHTTP2Gateway: Self { Self() }
}
