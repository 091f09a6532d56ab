import Foundation
import SwiftZMQ
import Testing

/// What a child made by `fork` can do with what it inherited, and with what it makes itself.
///
/// Each test runs in a process of its own, since a child of one with many threads may only do so much.
@Suite(.timeLimit(.minutes(5))) struct ForkTests {
    @Test func `A child cannot use what it inherited, and is told what to do`() async {
        await #expect(processExitsWith: .success) {
            let context = try Context()
            let pull = try Pull(context)
            let push = try Push(context)
            let poller = try Poller<String>()
            try poller.register(pull, as: "pull")
            let endpoint = try pull.bind("tcp://127.0.0.1:*")
            try push.connect(endpoint)
            try Child.run {
                let refusals: [() throws -> Void] = [
                    { _ = try pull.tryReceive() }, { _ = try push.trySend("x") },
                    { _ = try pull.blocking.receive() }, { try push.blocking.send("x") },
                    { _ = try pull.blocking.receive(timeout: .seconds(1)) }, { try push.connect("tcp://127.0.0.1:1") },
                    { try push.setOption(\.linger, to: .zero) }, { _ = try push.option(\.linger) },
                    { _ = try pull.lastEndpoint },
                    { _ = try pull.readiness }, { _ = try Pull(context) }, { _ = try context.ioThreads },
                    { _ = try poller.blocking.wait() }, { try poller.unregister("pull") },
                    { try Proxy.runBlocking(from: pull, to: push) },
                ]
                for (number, refusal) in refusals.enumerated() {
                    do {
                        try refusal()
                        return Int32(number + 1)
                    } catch let error as ZMQError {
                        guard error.code == .wrongState, error.explanation?.contains("fork") == true else {
                            return Int32(number + 101)
                        }
                    }
                }
                guard pull.isClosed else { return 99 }
                pull.close()
                push.close()
                return 0
            }
            // The parent's are as they were.
            try await push.send("still here")
            let message = try await pull.receive(timeout: .seconds(10))
            precondition(message == ["still here"])
            await context.shutdown()
        }
    }

    @Test func `A child lets go of what it inherited, whoever had it locked`() async {
        await #expect(processExitsWith: .success) {
            final class Holder: @unchecked Sendable {
                var sockets: [Dealer] = []
                var context: Context?
                var poller: Poller<Int>?
            }
            let holder = Holder()
            let context = try Context()
            holder.context = context
            let poller = try Poller<Int>()
            for number in 0..<20 {
                let dealer = try Dealer(context)
                try dealer.connect("tcp://127.0.0.1:1")
                try dealer.blockingSend("unsent")
                try poller.register(dealer, as: number)
                holder.sockets.append(dealer)
            }
            holder.poller = poller
            let busy = try Dealer(context)
            // Another thread that holds the socket's lock much of the time.
            Thread.detachNewThread { while true { _ = try? busy.tryReceive() } }
            for _ in 0..<20 {
                try Child.run {
                    holder.sockets.removeAll()
                    holder.poller = nil
                    holder.context = nil
                    busy.close()
                    return code { try busy.tryReceive() } == .wrongState ? 0 : 1
                }
            }
            precondition(holder.sockets.count == 20)
        }
    }

    @Test func `A child makes a context of its own and talks to its parent`() async {
        await #expect(processExitsWith: .success) {
            let context = try Context()
            let pull = try Pull(context)
            let endpoint = try pull.bind("tcp://127.0.0.1:*")
            // Has this thread wait with a descriptor that the child then shares with it.
            precondition(code { try pull.blockingReceive(timeout: .milliseconds(1)) } == .timedOut)
            let executor = SocketExecutor.shared
            let pipe = try DescriptorPair()
            try Child.run {
                do {
                    guard SocketExecutor.shared !== executor, SocketExecutor.shared === SocketExecutor.shared else {
                        return 1
                    }
                    let own = try Context()
                    guard own.executor === SocketExecutor.shared else { return 2 }
                    let push = try Push(own)
                    try push.connect(endpoint)
                    for number in 0..<5 { try push.blocking.send("Hello \(number)") }
                    let reply = try Pull(own)
                    let echo = try Push(own)
                    try echo.connect(reply.bind("inproc://child"))
                    try echo.blocking.send("own")
                    guard try reply.blocking.receive(timeout: .seconds(5)) == ["own"] else { return 3 }
                    let poller = try Poller<Int>()
                    try poller.register(echo, for: .writable, as: 7)
                    guard try poller.blocking.wait(timeout: .seconds(5)).map(\.key) == [7] else { return 4 }
                    // The process ends when its parent has all that was sent.
                    pipe.read()
                    return 0
                } catch {
                    return 5
                }
            } whileWaiting: {
                for number in 0..<5 {
                    let message = try pull.blockingReceive(timeout: .seconds(20))
                    precondition(message == ["Hello \(number)"])
                }
                pipe.write()
            }
        }
    }
}

extension Dealer {
    fileprivate func blockingSend(_ message: Frame) throws(ZMQError) { try blocking.send(message) }
}

extension Pull {
    fileprivate func blockingReceive(timeout: Duration) throws(ZMQError) -> Message {
        try blocking.receive(timeout: timeout)
    }
}

/// A child process that is a copy of this one.
enum Child {
    /// Runs a body in a child, and fails unless its result, the child's exit code, is 0.
    ///
    /// Swift hides `fork`, whose child has only the one thread: the body must do little, and nothing asynchronous.
    static func run(_ body: () throws -> Int32, whileWaiting: () throws -> Void = {}) throws {
        typealias Fork = @convention(c) () -> pid_t
        let symbol = try #require(dlsym(nil, "fork"))
        let fork = unsafeBitCast(symbol, to: Fork.self)
        let child = fork()
        if child == 0 {
            alarm(30)
            _exit((try? body()) ?? 98)
        }
        try #require(child > 0)
        try whileWaiting()
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 { try #require(errno == EINTR) }
        precondition(status == 0, "the child ended with signal \(status & 0x7F) or code \(status >> 8 & 0xFF)")
    }
}
