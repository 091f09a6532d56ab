import Foundation
import SwiftZMQ
import Testing

/// Floods every pattern at tiny high-water marks, where every missed wake-up becomes a hang.
///
/// `HAMMER_MESSAGES` sets how many messages go in each direction; a million is what a release is tried with
/// (`make hammer`).
@Suite(.serialized, .timeLimit(.minutes(10))) struct HammerTests {
    static let messages = ProcessInfo.processInfo.environment["HAMMER_MESSAGES"].flatMap(Int.init) ?? 5_000

    struct Setup: Sendable, CustomTestStringConvertible {
        let transport: Transport
        let highWaterMark: Int
        let isOnExecutor: Bool

        var executor: SocketExecutor? { isOnExecutor ? .shared : nil }

        var testDescription: String {
            "\(transport), high-water mark \(highWaterMark), \(isOnExecutor ? "on the executor" : "on the global pool")"
        }

        static let all: [Setup] = [Transport.tcp, .inproc].flatMap { transport in
            [1, 10, 1000].flatMap { mark in
                [true, false].map { Setup(transport: transport, highWaterMark: mark, isOnExecutor: $0) }
            }
        }
    }

    /// Options of a socket that sends and receives.
    private func both<S: SendingSocket & ReceivingSocket>(_ setup: Setup) -> (inout SocketOptions<S>) -> Void {
        {
            $0.sendHighWaterMark = setup.highWaterMark
            $0.receiveHighWaterMark = setup.highWaterMark
        }
    }

    @Test(arguments: Setup.all)
    func `PUSH and PULL with several senders and receivers`(setup: Setup) async throws {
        let pair = try Connected(
            over: setup.transport,
            { context in try Pull(context) { $0.receiveHighWaterMark = setup.highWaterMark } },
            { context in try Push(context) { $0.sendHighWaterMark = setup.highWaterMark } })
        let tally = try await Tally.of(Self.messages, by: 4) { numbers in
            try await run(on: setup.executor) {
                for number in numbers { try await pair.connecting.send(["\(number)", "second frame"]) }
            }
        } received: {
            let message = try await pair.bound.receive()
            #expect(message.count == 2)
            return message[0]
        } on: {
            setup.executor
        }
        #expect(tally.isComplete)
        await pair.context.shutdown()
    }

    @Test(arguments: Setup.all)
    func `DEALER and DEALER in both directions at once`(setup: Setup) async throws {
        let pair = try Connected(
            over: setup.transport, { try Dealer($0, configure: both(setup)) },
            { try Dealer($0, configure: both(setup)) })
        async let down = Tally.of(Self.messages, by: 2) { numbers in
            try await run(on: setup.executor) { for number in numbers { try await pair.bound.send("\(number)") } }
        } received: {
            try await pair.connecting.receive()[0]
        } on: {
            setup.executor
        }
        async let up = Tally.of(Self.messages, by: 2) { numbers in
            try await run(on: setup.executor) { for number in numbers { try await pair.connecting.send("\(number)") } }
        } received: {
            try await pair.bound.receive()[0]
        } on: {
            setup.executor
        }
        let (downTally, upTally) = try await (down, up)
        #expect(downTally.isComplete)
        #expect(upTally.isComplete)
        await pair.context.shutdown()
    }

    @Test(arguments: Setup.all)
    func `PAIR and PAIR in both directions at once`(setup: Setup) async throws {
        let pair = try Connected(
            over: setup.transport, { try Pair($0, configure: both(setup)) }, { try Pair($0, configure: both(setup)) })
        async let down: Void = run(on: setup.executor) {
            for number in 0..<Self.messages { try await pair.bound.send("\(number)") }
        }
        async let up: Void = run(on: setup.executor) {
            for number in 0..<Self.messages { try await pair.connecting.send("\(number)") }
        }
        async let below: Void = run(on: setup.executor) {
            for number in 0..<Self.messages { try #require(try await pair.connecting.receive() == ["\(number)"]) }
        }
        async let above: Void = run(on: setup.executor) {
            for number in 0..<Self.messages { try #require(try await pair.bound.receive() == ["\(number)"]) }
        }
        _ = try await (down, up, below, above)
        await pair.context.shutdown()
    }

    @Test(arguments: Setup.all)
    func `ROUTER and three DEALERs that are echoed`(setup: Setup) async throws {
        let context = try Context()
        let router = try Router(context) {
            $0.isMandatory = true
            $0.sendHighWaterMark = setup.highWaterMark
            $0.receiveHighWaterMark = setup.highWaterMark
            $0.linger = .zero
        }
        let endpoint = try router.bind(setup.transport.freshEndpoint())
        let echo = Task(executorPreference: setup.executor) {
            for try await message in router.messages { try await router.send(message) }
        }
        let share = Self.messages / 3
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                let dealer = try Dealer(context) {
                    $0.sendHighWaterMark = setup.highWaterMark
                    $0.receiveHighWaterMark = setup.highWaterMark
                    $0.linger = .zero
                }
                try dealer.connect(endpoint)
                group.addTask {
                    try await run(on: setup.executor) {
                        for number in 0..<share { try await dealer.send("\(number)") }
                    }
                }
                group.addTask {
                    try await run(on: setup.executor) {
                        for number in 0..<share { try #require(try await dealer.receive() == ["\(number)"]) }
                    }
                }
            }
            try await group.waitForAll()
        }
        await context.shutdown()
        _ = await echo.result
    }

    @Test(arguments: Setup.all)
    func `REQ and REP in turn`(setup: Setup) async throws {
        let pair = try Connected(
            over: setup.transport, { try Reply($0, configure: both(setup)) },
            { try Request($0, configure: both(setup)) })
        async let serving: Void = run(on: setup.executor) {
            for _ in 0..<Self.messages { try await pair.bound.send(try await pair.bound.receive()) }
        }
        try await run(on: setup.executor) {
            for number in 0..<Self.messages {
                try await pair.connecting.send("\(number)")
                try #require(try await pair.connecting.receive() == ["\(number)"])
            }
        }
        try await serving
        await pair.context.shutdown()
    }

    @Test(arguments: Setup.all)
    func `XPUB that drops nothing, SUB and XSUB`(setup: Setup) async throws {
        let pair = try Connected(
            over: setup.transport,
            { context in
                try XPublisher(context) {
                    $0.neverDrops = true
                    $0.sendHighWaterMark = setup.highWaterMark
                }
            },
            { context in try Subscriber(context, topics: ["a"]) { $0.receiveHighWaterMark = setup.highWaterMark } })
        let second = try XSubscriber(pair.context) { $0.receiveHighWaterMark = setup.highWaterMark }
        try second.connect(pair.endpoint)
        try await second.send("\u{1}a")
        try await pair.publishUntilReceived(by: second)
        async let publishing: Void = run(on: setup.executor) {
            for number in 0..<Self.messages { try await pair.bound.send("a\(number)") }
        }
        async let first: Void = run(on: setup.executor) {
            for number in 0..<Self.messages { try await pair.connecting.expectNext("a\(number)") }
        }
        async let other: Void = run(on: setup.executor) {
            for number in 0..<Self.messages { try await second.expectNext("a\(number)") }
        }
        _ = try await (publishing, first, other)
        await pair.context.shutdown()
    }

    @Test(arguments: [1, 10, 1000])
    func `STREAM and STREAM with a million bytes each way`(highWaterMark: Int) async throws {
        let pair = try Connected(
            { context in try Stream(context) { $0.sendHighWaterMark = highWaterMark } },
            { context in try Stream(context) { $0.sendHighWaterMark = highWaterMark } })
        let (accepted, connected) = (try await pair.bound.receive()[0], try await pair.connecting.receive()[0])
        let piece = Frame([UInt8](repeating: 1, count: 100))
        let bytes = Self.messages * piece.count
        async let down: Void = { for _ in 0..<Self.messages { try await pair.bound.send([accepted, piece]) } }()
        async let up: Void = { for _ in 0..<Self.messages { try await pair.connecting.send([connected, piece]) } }()
        async let below = pair.connecting.countBytes(upTo: bytes)
        async let above = pair.bound.countBytes(upTo: bytes)
        #expect(try await below == bytes)
        #expect(try await above == bytes)
        _ = try await (down, up)
        await pair.context.shutdown()
    }
}

extension Connected where Bound == XPublisher, Connecting == Subscriber {
    /// Publishes probes until both subscribers have received one: equal subscriptions of different subscribers are
    /// reported once, so that their messages do not tell when both have arrived.
    fileprivate func publishUntilReceived(by second: XSubscriber) async throws {
        var hasReached = (first: false, second: false)
        while !hasReached.first || !hasReached.second {
            try await bound.send("a probe")
            if (try? await connecting.receive(timeout: .milliseconds(20))) != nil { hasReached.first = true }
            if (try? await second.receive(timeout: .milliseconds(20))) != nil { hasReached.second = true }
        }
    }
}

extension ReceivingSocket {
    /// Receives a message, passing over probes that came late.
    fileprivate func expectNext(_ expected: Frame) async throws {
        var message = try await receive()
        while message == ["a probe"] { message = try await receive() }
        try #require(message == [expected])
    }

    fileprivate func countBytes(upTo total: Int) async throws -> Int {
        var count = 0
        while count < total { count += try await receive()[1].count }
        return count
    }
}

/// Counts numbered messages that several tasks send and several tasks receive.
private struct Tally: Sendable {
    var isComplete: Bool

    static func of(
        _ count: Int, by tasks: Int,
        sent send: @escaping @Sendable (StrideTo<Int>) async throws -> Void,
        received receive: @escaping @Sendable () async throws -> Frame,
        on executor: @escaping @Sendable () -> SocketExecutor?
    ) async throws -> Tally {
        try await withThrowingTaskGroup(of: [Int].self) { group in
            for task in 0..<tasks {
                group.addTask {
                    try await send(stride(from: task, to: count, by: tasks))
                    return []
                }
                let preferred = executor()
                group.addTask {
                    try await Task(executorPreference: preferred) {
                        var numbers: [Int] = []
                        for _ in stride(from: task, to: count, by: tasks) {
                            numbers.append(try #require(Int(String(try await receive()))))
                        }
                        return numbers
                    }.value
                }
            }
            var seen = [Bool](repeating: false, count: count)
            for try await numbers in group {
                for number in numbers {
                    try #require(!seen[number], "message \(number) came twice")
                    seen[number] = true
                }
            }
            return Tally(isComplete: seen.allSatisfy(\.self))
        }
    }
}
