import SwiftZMQ
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct WithContextTests {
    @Test func `A context lasts as long as the body, and what was sent leaves`() async throws {
        let pull = try Pull(Context())
        let endpoint = try pull.bind("tcp://127.0.0.1:*")
        let (context, push) = try await withContext(ioThreads: 2) { context in
            #expect(try context.ioThreads == 2)
            let push = try Push(context)
            try push.connect(endpoint)
            for number in 0..<100 { try await push.send("\(number)") }
            return (context, push)
        }
        for number in 0..<100 { #expect(try await pull.receive(timeout: .seconds(20)) == ["\(number)"]) }
        #expect(push.isClosed)
        #expect(await code { try await push.send("late") } == .terminated)
        #expect(code { try Push(context) } == .terminated)
    }

    @Test func `A context ends with the error of the body`() async throws {
        struct Mine: Error {}
        let kept = Mutex<Pull?>(nil)
        await #expect(throws: Mine.self) {
            try await withContext { context in
                let pull = try Pull(context)
                kept.withLock { $0 = pull }
                throw Mine()
            }
        }
        #expect(try #require(kept.withLock { $0 }).isClosed)
    }

    @Test func `A context ends with the cancellation of the task`() async throws {
        let (waiting, begins) = AsyncStream.makeStream(of: Pull.self)
        let task = Task {
            try await withContext { context in
                let pull = try Pull(context)
                begins.yield(pull)
                _ = try await pull.receive()
            }
        }
        var iterator = waiting.makeAsyncIterator()
        let pull = try #require(await iterator.next())
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(pull.isClosed)
    }

    @Test func `Options that are out of range are refused before the body runs`() async throws {
        await #expect(throws: ZMQError.self) {
            try await withContext(ioThreads: 5000) { _ in Issue.record("it ran") }
        }
        let usesIPv6 = try await withContext(configure: { $0.usesIPv6 = true }) { try $0.usesIPv6 }
        #expect(usesIPv6)
    }
}
