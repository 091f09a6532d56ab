import Testing

/// The Autobahn test suite's cases in its echo server mode, by their numbers there: 1 to 7, 9 and 10. They are written anew,
/// so that they run wherever this package does: the suite is a program for Python 2.7, which `AutobahnSuiteTests` has run where
/// there is one.
@Suite(.serialized, .timeLimit(.minutes(15)), .oneWebSocketGateway("--max-message", "16MiB")) struct AutobahnTests {
    private func run(_ each: AutobahnCase) async throws {
        let gateway = try #require(WebSocketGateway.Shared.current)
        try await gateway.withClient { try each.run($0) }
    }

    @Test(arguments: AutobahnCase.all)
    func `Frames, pings, fragments and closes are as they must be`(each: AutobahnCase) async throws {
        try await run(each)
    }

    @Test(arguments: AutobahnCase.texts)
    func `Texts are UTF-8, and what is not is refused as soon as it shows`(each: AutobahnCase) async throws {
        try await run(each)
    }

    @Test(arguments: AutobahnCase.large)
    func `Large messages come back, however they are cut`(each: AutobahnCase) async throws { try await run(each) }

    @Test(arguments: AutobahnCase.rounds)
    func `A thousand messages come back one after the other`(number: String, kind: UInt8, size: Int) async throws {
        let gateway = try #require(WebSocketGateway.Shared.current)
        let message = [UInt8](repeating: UInt8(ascii: "*"), count: size)
        try await gateway.withClient { client in
            for _ in 0..<1000 {
                try client.send(WebSocketClient.frame(kind, message))
                let got = try client.next()
                #expect(got.opcode == kind && got.contents == message, "\(number)")
            }
        }
    }

    @Test func `All cases are there, each once`() {
        let numbers = AutobahnCase.numbers
        #expect(Set(numbers).count == numbers.count)
        func count(_ group: String) -> Int { numbers.filter { $0.hasPrefix("\(group).") }.count }
        #expect([1, 2, 3, 4, 5, 6, 7, 9, 10].map { count("\($0)") } == [16, 11, 7, 10, 20, 145, 37, 54, 1])
    }
}
