import SwiftZMQ
import Testing

/// What a socket counts.
@Suite struct FigureTests {
    @Test func `Messages, bytes and waits are counted on both sides, and stay readable after the end`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let received = Task { try await pair.bound.receive() }
        #expect(try await eventually { pair.bound.figures.waits == 1 })
        try await pair.connecting.send(["abc", "de"])
        #expect(try await received.value == ["abc", "de"])
        try await pair.connecting.send(contentsOf: ["1234567", "89"] as [Frame])
        for _ in 0..<2 { _ = try await pair.bound.receive(timeout: .seconds(20)) }
        let sent = pair.connecting.figures
        #expect((sent.sentMessages, sent.sentBytes) == (3, 14))
        #expect((sent.receivedMessages, sent.receivedBytes) == (0, 0))
        let taken = pair.bound.figures
        #expect((taken.receivedMessages, taken.receivedBytes) == (3, 14))
        pair.bound.close()
        #expect(pair.bound.figures == taken)
        await pair.context.shutdown()
    }

    @Test func `Connections are counted while somebody reads the events`() async throws {
        let context = try Context()
        let pull = try Pull(context)
        let endpoint = try pull.bind("tcp://127.0.0.1:*")
        #expect(pull.figures.connections == nil)
        let events = pull.events
        let pushes = try (0..<3).map { _ in try Push(context) { $0.linger = .zero } }
        for push in pushes { try await push.connectAndWait(endpoint, timeout: .seconds(20)) }
        #expect(try await eventually { pull.figures.connections == 3 })
        pushes[0].close()
        #expect(try await eventually { pull.figures.connections == 2 })
        withExtendedLifetime(events) {}
        await context.shutdown()
    }

    @Test func `What did not go is not counted`() async throws {
        let context = try Context()
        let push = try Push(context)
        #expect(try !push.trySend("nobody"))
        await #expect(throws: ZMQError.self) { try await push.send("nobody", timeout: .milliseconds(1)) }
        #expect(push.figures.sentMessages == 0)
        #expect(push.figures.waits == 1)
        await context.shutdown()
    }
}
