import SwiftZMQ
import Testing

@Suite(.timeLimit(.minutes(5))) struct RequestTests {
    @Test(arguments: Transport.allCases)
    func `A request and its reply are one step`(transport: Transport) async throws {
        let pair = try Connected(over: transport, { try Reply($0) }, { try Request($0) })
        let echo = Task {
            for try await question in pair.bound.messages { try await pair.bound.send(question) }
        }
        for number in 0..<20 {
            #expect(try await pair.connecting.request("\(number)", timeout: .seconds(20)) == ["\(number)"])
        }
        #expect(try await pair.connecting.request(["two", "frames"]) == ["two", "frames"])
        pair.bound.close()
        try await echo.value
    }

    @Test func `Tasks that ask at once take turns and get their own replies`() async throws {
        let pair = try Connected({ try Reply($0) }, { try Request($0) })
        let echo = Task {
            for try await question in pair.bound.messages { try await pair.bound.send(question) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let reply = try await pair.connecting.request("\(number)", timeout: .seconds(20))
                    #expect(reply == ["\(number)"])
                }
            }
            try await group.waitForAll()
        }
        pair.bound.close()
        try await echo.value
    }

    @Test func `After a timeout the socket asks again, and the late reply is dropped`() async throws {
        let pair = try Connected({ try Reply($0) }, { try Request($0) })
        #expect(await code { try await pair.connecting.request("first", timeout: .milliseconds(30)) } == .timedOut)
        async let second = pair.connecting.request("second", timeout: .seconds(20))
        for _ in 0..<2 {
            let question = try await pair.bound.receive()
            try await pair.bound.send("answer to \(question[0])")
        }
        #expect(try await second == ["answer to second"])
    }

    @Test func `After a cancellation the socket asks again`() async throws {
        let pair = try Connected({ try Reply($0) }, { try Request($0) })
        let cancelled = Task { try await pair.connecting.request("first") }
        _ = try await pair.bound.receive()
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        try await pair.bound.send("late")
        async let second = pair.connecting.request("second", timeout: .seconds(20))
        #expect(try await pair.bound.receive() == ["second"])
        try await pair.bound.send("in time")
        #expect(try await second == ["in time"])
    }

    @Test func `Who waits for the turn can leave, and the next gets it`() async throws {
        let pair = try Connected({ try Reply($0) }, { try Request($0) })
        let first = Task { try await pair.connecting.request("first") }
        #expect(try await pair.bound.receive() == ["first"])
        let leaving = Task { try await pair.connecting.request("never sent") }
        let last = Task { try await pair.connecting.request("last") }
        #expect(await code { try await pair.connecting.request("late", timeout: .milliseconds(20)) } == .timedOut)
        leaving.cancel()
        await #expect(throws: CancellationError.self) { try await leaving.value }
        try await pair.bound.send("done")
        #expect(try await first.value == ["done"])
        #expect(try await pair.bound.receive() == ["last"])
        try await pair.bound.send("done, too")
        #expect(try await last.value == ["done, too"])
    }

    @Test func `Closing the socket fails everyone who asks`() async throws {
        let request = try Request(Context()) { $0.linger = .zero }
        let asking = (0..<5).map { _ in Task { await code { try await request.request("nobody there") } } }
        try await letOthersWait()
        request.close()
        for task in asking { #expect(await task.value == .closed) }
    }

    @Test func `A task that is cancelled already asks nothing`() async throws {
        let request = try Request(Context())
        let holding = Task { try await request.request("nobody there") }
        try await letOthersWait()
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await request.request("never")
        }
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        holding.cancel()
        await #expect(throws: CancellationError.self) { try await holding.value }
    }
}
