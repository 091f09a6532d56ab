import Logging
import ServiceLifecycle
import SwiftZMQ
import SwiftZMQServices
import Testing

@Suite(.timeLimit(.minutes(2))) struct SocketServiceTests {
    private let context: Context

    init() throws {
        context = try Context()
    }

    private func group(_ services: any Service...) -> ServiceGroup {
        ServiceGroup(services: services, logger: Logger(label: "test"))
    }

    /// A signal from one task to another, as often as it is given.
    private struct Signal {
        private let events = AsyncStream<Void>.makeStream()

        func give() { events.continuation.yield() }

        func wait() async {
            for await _ in events.stream { return }
        }
    }

    @Test func `A request that was taken is answered before the context is shut down`() async throws {
        let reply = try Reply(context)
        let others = try Context()
        let request = try Request(others)
        try request.connect(reply.bind("tcp://127.0.0.1:*"))
        let taken = Signal()
        let replies = SocketService(reply) { message in
            taken.give()
            // Thrown out of, were the handler cancelled.
            try await gracefulShutdown()
            try await reply.send(message)
        }
        let group = group(context, replies)
        async let running: Void = group.run()
        try await request.send("Ada")
        await taken.wait()
        await group.triggerGracefulShutdown()
        #expect(try await request.receive() == ["Ada"])
        try await running
        #expect(throws: ZMQError.self) { try Reply(context) }
        await others.shutdown()
    }

    @Test func `A service that waits for a message ends at once`() async throws {
        let pull = try Pull(context)
        let push = try Push(context)
        try push.connect(pull.bind("inproc://\(#function)"))
        let handled = Signal()
        let group = group(SocketService(pull) { _ in handled.give() })
        async let running: Void = group.run()
        // It has begun, and by the second message it has waited.
        for _ in 0..<2 {
            try await push.send("")
            await handled.wait()
        }
        await group.triggerGracefulShutdown()
        try await running
        try await push.send("later")
        #expect(try await pull.receive() == ["later"])
        await context.shutdown()
    }

    @Test func `What a service has not taken stays in the socket`() async throws {
        let pull = try Pull(context)
        let push = try Push(context)
        try push.connect(pull.bind("inproc://\(#function)"))
        for name in ["a", "b", "c"] { try await push.send(Message(Frame(name))) }
        let taken = Signal()
        let group = group(
            SocketService(pull) { message in
                #expect(message == ["a"])
                taken.give()
                try await gracefulShutdown()
            })
        async let running: Void = group.run()
        await taken.wait()
        await group.triggerGracefulShutdown()
        try await running
        #expect(try pull.tryReceive() == ["b"])
        #expect(try pull.tryReceive() == ["c"])
        await context.shutdown()
    }

    @Test func `An error of the handler is the group's, which shuts the context down`() async throws {
        struct Mistake: Error {}
        let pull = try Pull(context)
        let push = try Push(context)
        try push.connect(pull.bind("inproc://\(#function)"))
        try await push.send("")
        let group = group(context, SocketService(pull) { _ in throw Mistake() })
        await #expect(throws: Mistake.self) { try await group.run() }
        #expect(throws: ZMQError.self) { try Pull(context) }
    }

    @Test func `A service ends when its socket is closed, and fails when it is cancelled`() async throws {
        let pull = try Pull(context)
        let service = SocketService(pull) { _ in }
        let cancelled = Task { try await service.run() }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        async let running: Void = service.run()
        pull.close()
        try await running
        await context.shutdown()
    }
}
