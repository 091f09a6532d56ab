import Glibc
import Synchronization
import Testing

@testable import SwiftZMQ

/// Signals that arrive in the midst of a call, whose handlers do not ask for it to be begun again.
@Suite(.serialized, .timeLimit(.minutes(5))) struct InterruptionTests {
    /// How often the signal was handled.
    private static let handled = Atomic<Int>(0)

    /// Signals a thread again and again while something runs on it.
    ///
    /// A signal comes only once the one before has been handled, so that each interrupts something.
    private func interrupting<Result: Sendable>(
        atLeast count: Int, _ body: @escaping @Sendable () throws -> Result, meanwhile: () async throws -> Void
    ) async throws -> Result {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in InterruptionTests.handled.add(1, ordering: .relaxed) }
        // Without SA_RESTART.
        action.sa_flags = 0
        #expect(sigaction(SIGUSR2, &action, nil) == 0)

        let box = Box<Result>()
        var thread = pthread_t()
        let run: @Sendable () -> Void = {
            // The threads that run tasks let no signals through, nor would those that they start.
            var signals = sigset_t()
            sigemptyset(&signals)
            sigaddset(&signals, SIGUSR2)
            pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            box.finish(Swift.Result(catching: body))
        }
        let argument = Unmanaged.passRetained(Call(run)).toOpaque()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Call>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, argument)
        try #require(code == 0)
        let first = Self.handled.load(ordering: .relaxed)
        for number in 0..<count {
            #expect(pthread_kill(thread, SIGUSR2) == 0)
            // A thread that is through already, as after its timeout on a slow machine, handles nothing any more.
            let isHandled = try await eventually {
                box.isFull || Self.handled.load(ordering: .relaxed) > first + number
            }
            #expect(isHandled)
            if box.isFull { break }
        }
        try await meanwhile()
        let result = try await box.value()
        pthread_join(thread, nil)
        return result
    }

    private final class Call {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private final class Box<Value: Sendable>: Sendable {
        private let result = Mutex<Swift.Result<Value, any Error>?>(nil)

        var isFull: Bool { result.withLock { $0 != nil } }

        func finish(_ result: Swift.Result<Value, any Error>) { self.result.withLock { $0 = result } }

        func value() async throws -> Value {
            var found: Swift.Result<Value, any Error>?
            _ = try await eventually {
                found = result.withLock { $0 }
                return found != nil
            }
            return try #require(found).get()
        }
    }

    @Test func `A signal does not end a blocked receive`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let message = try await interrupting(atLeast: 20) {
            try pair.bound.blocking.receive()
        } meanwhile: {
            try await pair.connecting.send("in the end")
        }
        #expect(message == ["in the end"])
        let other = try await interrupting(atLeast: 20) {
            try pair.bound.blocking.receive(timeout: .seconds(20))
        } meanwhile: {
            try await pair.connecting.send("with a timeout")
        }
        #expect(other == ["with a timeout"])
    }

    @Test func `A signal does not end a blocked send`() async throws {
        let push = try Push(Context())
        let endpoint = try push.bind("tcp://127.0.0.1:*")
        let pull = try Pull(Context())
        try await interrupting(atLeast: 20) {
            try push.blocking.send("in the end")
        } meanwhile: {
            try pull.connect(endpoint)
        }
        #expect(try await pull.receive(timeout: .seconds(20)) == ["in the end"])
    }

    @Test func `A signal does not shorten a timeout`() async throws {
        let pull = try Pull(Context())
        try pull.bind("tcp://127.0.0.1:*")
        let clock = ContinuousClock()
        let began = clock.now
        let found = try await interrupting(atLeast: 10) {
            code { try pull.blocking.receive(timeout: .milliseconds(300)) }
        } meanwhile: {
        }
        #expect(found == .timedOut)
        #expect(clock.now - began >= .milliseconds(300))
    }

    @Test func `Signals do not come through calls that do not wait`() async throws {
        let pair = try Connected({ try Pair($0) }, { try Pair($0) })
        let isDone = Flag()
        let isRight = try await interrupting(atLeast: 200) {
            while !isDone.value.load(ordering: .relaxed) {
                try pair.bound.setOption(\.linger, to: .seconds(1))
                guard try pair.bound.option(\.linger) == .seconds(1) else { return false }
                _ = try pair.bound.trySend("a")
                _ = try pair.connecting.tryReceive()
                try Pull(Context()).bind("tcp://127.0.0.1:*")
            }
            return true
        } meanwhile: {
            isDone.value.store(true, ordering: .relaxed)
        }
        #expect(isRight)
    }

    @Test func `A signal does not end the wait for what is unsent when a context ends`() async throws {
        let endpoint = "ipc://@signals-and-a-context-\(getpid())"
        let raw = try RawContext()
        let push = try raw.makeSocket(SocketKind.push.number, name: "PUSH")
        try push.connect(endpoint)
        #expect(try push.send(["in the end"]))
        push.close()
        let pull = try Pull(Context())
        try await interrupting(atLeast: 20) {
            try raw.terminate()
        } meanwhile: {
            try pull.bind(endpoint)
        }
        #expect(try await pull.receive(timeout: .seconds(20)) == ["in the end"])
    }

    private final class Flag: Sendable {
        let value = Atomic<Bool>(false)
    }
}
