import Foundation
import ProcessSupport
import SwiftZMQ

/// One who takes part in a ``Hammer``: draws what to do, and says what it does.
struct HammerActor: Sendable {
    let hammer: Hammer
    private let name: String
    private let number: Int
    private var random: SplitMix

    init(hammer: Hammer, name: String, number: Int, seed: UInt64) {
        self.hammer = hammer
        self.name = name
        self.number = number
        random = SplitMix(seed: seed &+ UInt64(number) &* 0x1_0000_0001)
    }

    mutating func draw(_ range: Range<Int>) -> Int { .random(in: range, using: &random) }
    mutating func drawTime(upTo limit: Duration) -> Duration { limit * Double.random(in: 0..<1, using: &random) }
    mutating func chance(_ percent: Int) -> Bool { draw(0..<100) < percent }

    /// Says what is done until it is done.
    nonisolated(nonsending) func doing<Result>(_ what: String, _ body: () async throws -> Result) async rethrows
        -> Result
    {
        hammer.note(number, name, does: what)
        defer { hammer.note(number, name, does: nil) }
        return try await body()
    }

    func doingOnThread<Result>(_ what: String, _ body: () throws -> Result) rethrows -> Result {
        hammer.note(number, name, does: what)
        defer { hammer.note(number, name, does: nil) }
        return try body()
    }

    /// Runs a body as a task that is cancelled at some moment.
    nonisolated(nonsending) mutating func cancelling<Success: Sendable>(
        _ body: @escaping @Sendable () async throws -> Success
    ) async throws -> Success {
        let task = Task(executorPreference: hammer.executor) { try await body() }
        if chance(30) {
            try? await Task.sleep(for: drawTime(upTo: .milliseconds(2)))
        } else {
            for _ in 0..<draw(0..<6) { await Task.yield() }
        }
        task.cancel()
        return try await task.value
    }
}

/// How an attempt ended that may be given up.
enum Attempt<Success> {
    case done(Success)
    /// It was cancelled, its time was over, or it was not possible at once.
    case gaveUp
    case failed(ZMQError.Code)
}

extension Attempt {
    func map<Other>(_ body: (Success) -> Other) -> Attempt<Other> {
        switch self {
        case .done(let success): .done(body(success))
        case .gaveUp: .gaveUp
        case .failed(let code): .failed(code)
        }
    }

    /// - Throws: what is neither of the binding nor a cancellation.
    init(_ body: () throws -> Success?) throws {
        self = try Self.judge(Result { try body() })
    }

    static nonisolated(nonsending) func of(_ body: () async throws -> Success?) async throws -> Attempt {
        do {
            return try judge(.success(try await body()))
        } catch {
            return try judge(.failure(error))
        }
    }

    private static func judge(_ result: Result<Success?, any Error>) throws -> Attempt {
        switch result {
        case .success(let success): return success.map(Attempt.done) ?? .gaveUp
        case .failure(is CancellationError): return .gaveUp
        case .failure(let error as ZMQError): return error.code == .timedOut ? .gaveUp : .failed(error.code)
        case .failure(let error): throw error
        }
    }
}

// MARK: - Sending and receiving in some way or other

extension HammerActor {
    /// Tries to send, in one of all ways.
    nonisolated(nonsending) mutating func send(_ message: Message, on socket: some SendingSocket) async throws
        -> Attempt<Void>
    {
        switch draw(0..<13) {
        case 0...2: return try await doing("send") { try await .of { try await socket.send(message) } }
        case 3...4:
            let timeout = drawTime(upTo: .microseconds(1500))
            return try await doing("send, \(timeout)") {
                try await .of { try await socket.send(message, timeout: timeout) }
            }
        case 5...6:
            let attempt = try await Attempt.of { try socket.trySend(message) ? () : nil }
            if case .gaveUp = attempt { await Task.yield() }
            return attempt
        case 7...9: return try await sendBatch(of: message, on: socket)
        default:
            var copy = self
            defer { self = copy }
            return try await doing("send, to be cancelled") {
                try await .of { try await copy.cancelling { try await socket.send(message) } }
            }
        }
    }

    /// Tries to receive, in one of all ways.
    nonisolated(nonsending) mutating func receive(on socket: some ReceivingSocket) async throws -> Attempt<Message> {
        switch draw(0..<12) {
        case 0...2: return try await doing("receive") { try await .of { try await socket.receive() } }
        case 3...5:
            let timeout = drawTime(upTo: .microseconds(1500))
            return try await doing("receive, \(timeout)") {
                try await .of { try await socket.receive(timeout: timeout) }
            }
        case 6...7:
            let attempt = try await Attempt.of { try socket.tryReceive() }
            if case .gaveUp = attempt { await Task.yield() }
            return attempt
        case 8:
            return try await doing("next of the sequence") {
                var messages = socket.messages.makeAsyncIterator()
                return try await .of {
                    guard let message = try await messages.next() else { throw CancellationError() }
                    return message
                }
            }
        default:
            var copy = self
            defer { self = copy }
            return try await doing("receive, to be cancelled") {
                try await .of { try await copy.cancelling { try await socket.receive() } }
            }
        }
    }

    /// As `send`, on a thread.
    mutating func sendBlocking(_ message: Message, on socket: some SendingSocket) throws -> Attempt<Void> {
        if chance(20) { return try Attempt { try socket.trySend(message) ? () : nil } }
        let timeout = drawTime(upTo: .milliseconds(3))
        if chance(30) {
            return try doingOnThread("blocking send of a batch, \(timeout)") {
                try Attempt { try socket.blocking.send(contentsOf: [message], timeout: timeout) }
            }
        }
        return try doingOnThread("blocking send, \(timeout)") {
            try Attempt { try socket.blocking.send(message, timeout: timeout) }
        }
    }

    /// As `receive`, on a thread.
    mutating func receiveBlocking(on socket: some ReceivingSocket) throws -> Attempt<Message> {
        if chance(20) { return try Attempt { try socket.tryReceive() } }
        let timeout = drawTime(upTo: .milliseconds(3))
        return try doingOnThread("blocking receive, \(timeout)") {
            try Attempt { try socket.blocking.receive(timeout: timeout) }
        }
    }

    /// Makes a call that changes nothing, and mostly fails: what it takes from a socket's mailbox is owed to who waits.
    mutating func disturb(_ socket: some Socket) {
        switch draw(0..<10) {
        case 0: try? socket.disconnect("tcp://127.0.0.1:1")
        case 1: try? socket.unbind("tcp://127.0.0.1:1")
        case 2: _ = try? socket.bind("tcp://no-such-interface:1")
        case 3: try? socket.connect("nothing://nowhere")
        case 4: _ = try? socket.option(15)  // ZMQ_EVENTS
        case 5: try? socket.setOption(\.linger, to: .zero)
        case 6: _ = try? socket.option(\.linger)
        case 7: _ = try? socket.option(9999)
        case 8: _ = try? socket.lastEndpoint
        default: _ = socket.events
        }
    }
}

/// Runs a body on a thread of its own, and waits for its end.
nonisolated(nonsending) func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}
