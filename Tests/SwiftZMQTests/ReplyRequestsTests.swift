import SwiftZMQ
import Testing

/// Requests that come with the one answer they get.
@Suite(.timeLimit(.minutes(5))) struct ReplyRequestsTests {
    private func pair() throws -> Connected<Reply, Request> {
        try Connected(over: .inproc, { try Reply($0) }, { try Request($0) })
    }

    @Test(arguments: Transport.allCases)
    func `Each request is answered by its handle`(transport: Transport) async throws {
        let pair = try Connected(over: transport, { try Reply($0) }, { try Request($0) })
        let serving = Task {
            for try await request in pair.bound.requests {
                try await request.reply(["to", request.message[0]])
            }
        }
        for number in 0..<100 {
            #expect(try await pair.connecting.request("\(number)", timeout: .seconds(20)) == ["to", "\(number)"])
        }
        pair.bound.close()
        try await serving.value
    }

    @Test func `A request is answered once`() async throws {
        let pair = try pair()
        try await pair.connecting.send("question")
        var requests = pair.bound.requests.makeAsyncIterator()
        let request = try #require(try await requests.next())
        try await request.reply("answer")
        #expect(await code { try await request.reply("another") } == .wrongState)
        #expect(try await pair.connecting.receive(timeout: .seconds(20)) == ["answer"])
    }

    @Test func `The next request waits until another task has answered this one`() async throws {
        let pair = try pair()
        let asking = Task {
            var answers: [Message] = []
            for number in 0..<3 { answers.append(try await pair.connecting.request("\(number)")) }
            return answers
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            var count = 0
            for try await request in pair.bound.requests {
                group.addTask {
                    try await letOthersWait()
                    try await request.reply(request.message)
                }
                count += 1
                if count == 3 { break }
            }
            try await group.waitForAll()
        }
        #expect(try await asking.value == [["0"], ["1"], ["2"]])
    }

    @Test func `A request that is forgotten without an answer fails the next, and an answer by hand mends it`()
        async throws
    {
        let pair = try pair()
        try await pair.connecting.send("question")
        var requests = pair.bound.requests.makeAsyncIterator()
        _ = try await requests.next()
        let error = await #expect(throws: ZMQError.self) { try await requests.next() }
        #expect(error?.code == .wrongState && error?.explanation?.contains("not answered") == true)
        try await pair.bound.send("late")
        #expect(try await pair.connecting.receive(timeout: .seconds(20)) == ["late"])
        try await pair.connecting.send("another")
        #expect(try await requests.next()?.message == ["another"])
    }

    @Test func `A task that waits for a request, or for an answer, can be cancelled`() async throws {
        let pair = try pair()
        let waiting = Task {
            var requests = pair.bound.requests.makeAsyncIterator()
            return try await requests.next()?.message
        }
        try await letOthersWait()
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        try await pair.connecting.send("question")
        var requests = pair.bound.requests.makeAsyncIterator()
        let request = try #require(try await requests.next())
        let next = Task {
            var requests = pair.bound.requests.makeAsyncIterator()
            return try await requests.next()?.message
        }
        try await letOthersWait()
        next.cancel()
        await #expect(throws: CancellationError.self) { try await next.value }
        try await request.reply("answer")
        #expect(try await pair.connecting.receive(timeout: .seconds(20)) == ["answer"])
    }

    @Test func `The requests end with the context`() async throws {
        let pair = try pair()
        let serving = Task { for try await _ in pair.bound.requests {} }
        try await letOthersWait()
        await pair.context.shutdown()
        try await serving.value
    }
}
