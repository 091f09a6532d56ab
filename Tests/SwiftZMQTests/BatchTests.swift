import SwiftZMQ
import Testing

/// Many messages at once.
@Suite(.timeLimit(.minutes(5))) struct BatchTests {
    private func numbers(_ count: Int) -> [Frame] { (0..<count).map { Frame("\($0)") } }

    @Test(arguments: Transport.allCases)
    func `A receive of many gives what is there, in order, and waits for the first alone`(transport: Transport)
        async throws
    {
        let pair = try Connected(over: transport, { try Pull($0) }, { try Push($0) })
        let waiting = Task { try await pair.bound.receive(upTo: 10) }
        try await pair.connecting.send("first")
        #expect(try await waiting.value.first == ["first"])
        try await pair.connecting.send(contentsOf: numbers(500))
        var received: [Message] = []
        while received.count < 500 {
            let batch = try await pair.bound.receive(upTo: 64, timeout: .seconds(20))
            #expect((1...64).contains(batch.count))
            received += batch
        }
        #expect(received == numbers(500).map { Message($0) })
        #expect(try pair.bound.tryReceive(upTo: 5).isEmpty)
        await #expect(throws: ZMQError.self) { try await pair.bound.receive(upTo: 5, timeout: .milliseconds(1)) }
        await pair.context.shutdown()
    }

    @Test func `More than the lock is held for at once come in one array`() async throws {
        let pair = try Connected(
            over: .inproc, { try Pull($0) { $0.receiveHighWaterMark = nil } },
            { try Push($0) { $0.sendHighWaterMark = nil } })
        #expect(try pair.connecting.trySend(contentsOf: numbers(5000)) == 5000)
        let all = try await pair.bound.receive(upTo: 10_000)
        #expect(all.count == 5000)
        #expect(all.elementsEqual(numbers(5000).map { Message($0) }))
        await pair.context.shutdown()
    }

    @Test func `A send of many waits for room and loses nothing`() async throws {
        let pair = try Connected(
            { try Pull($0) { $0.receiveHighWaterMark = 3 } }, { try Push($0) { $0.sendHighWaterMark = 3 } })
        async let sending: Void = pair.connecting.send(contentsOf: (0..<3000).map { ["n", Frame("\($0)")] as Message })
        for number in 0..<3000 {
            #expect(try await pair.bound.receive(timeout: .seconds(20)) == ["n", Frame("\(number)")])
        }
        try await sending
        await pair.context.shutdown()
    }

    @Test func `What there is no room for is told by its number`() async throws {
        let pair = try Connected(
            over: .inproc, { try Pull($0) { $0.receiveHighWaterMark = 3 } },
            { try Push($0) { $0.sendHighWaterMark = 4 } })
        #expect(try pair.connecting.trySend(contentsOf: numbers(20)) == 7)
        #expect(try pair.connecting.trySend(contentsOf: [] as [Frame]) == 0)
        #expect(try await pair.bound.receive(upTo: 20).count == 7)
        await pair.context.shutdown()
    }

    @Test func `A send of many that is given up has sent the first ones`() async throws {
        let pair = try Connected(
            { try Pull($0) { $0.receiveHighWaterMark = 1 } }, { try Push($0) { $0.sendHighWaterMark = 1 } })
        let large = [Frame](repeating: Frame([UInt8](repeating: 1, count: 1 << 20)), count: 200)
        let failed = await code { try await pair.connecting.send(contentsOf: large, timeout: .milliseconds(200)) }
        #expect(failed == .timedOut)
        let sent = pair.connecting.figures.sentMessages
        #expect((1..<200).contains(sent))
        for _ in 0..<sent { _ = try await pair.bound.receive(timeout: .seconds(20)) }
        #expect(try pair.bound.tryReceive() == nil)
        await pair.context.shutdown()
    }

    @Test func `Batches follow one another until the socket is closed`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let reading = Task {
            var count = 0
            for try await batch in pair.bound.messages.batches(upTo: 100) {
                count += batch.count
                if count == 1000 { pair.bound.close() }
            }
            return count
        }
        try await pair.connecting.send(contentsOf: numbers(1000))
        #expect(try await reading.value == 1000)
        await pair.context.shutdown()
    }

    @Test func `Threads send and receive many at once`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let sent = try await BlockedThread { try pair.connecting.blocking.send(contentsOf: numbers(2000)) }
        let received = try await BlockedThread {
            var count = 0
            while count < 2000 { count += try pair.bound.blocking.receive(upTo: 300, timeout: .seconds(20)).count }
        }
        #expect(await sent.code == nil)
        #expect(await received.code == nil)
        await pair.context.shutdown()
    }

    @Test func `No message at all cannot be asked for`() async throws {
        let pull = try Pull(Context())
        #expect(await code { try await pull.receive(upTo: 0) } == .invalidArgument)
        #expect(await code { for try await _ in pull.messages.batches(upTo: -1) {} } == .invalidArgument)
    }

    @Test func `A cancelled receive of many takes nothing`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let waiting = Task { try await pair.bound.receive(upTo: 10) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        try await pair.connecting.send("kept")
        #expect(try await pair.bound.receive(upTo: 10, timeout: .seconds(20)) == [["kept"]])
        await pair.context.shutdown()
    }
}
