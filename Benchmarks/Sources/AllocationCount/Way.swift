import SwiftZMQ

/// Messages of one size.
struct Trial: Sendable {
    /// So many are on their way at once, below the default high-water marks.
    static let batch = 100

    let size: Int
    let count: Int

    func makeMessage() -> Frame {
        Frame(writingUpTo: size) { output in
            output.append(repeating: UInt8(ascii: "x"), count: size, as: UInt8.self)
        }
    }

    func check(_ message: Message?) {
        precondition(
            message?.first?.count == size, "received \(message?.description ?? "nothing") instead of \(size) bytes")
    }
}

/// A way of calling.
enum Way: String, CaseIterable {
    case blocking
    case async
    case sequence
    /// Asynchronous, where each receive waits until a task on the same thread sends.
    case waiting = "async, waiting"

    /// What a message may cost: nothing while it is short and nobody waits. A longer one costs its memory, the object that
    /// owns it, and what libzmq has of it: up to 2 KiB a copy, and of more its notes; a wait costs the list of those who are
    /// resumed.
    func limits(size: Int) -> Limits {
        let isShort = size <= 33
        let forWaiting = self == .waiting ? 1.0 : 0
        return Limits(
            sending: isShort ? 0 : 3, receiving: (isShort ? 0 : 1) + forWaiting,
            bytes: isShort ? 64 : Double(size <= 2048 ? 2 * size : size) + 512)
    }

    func run(_ trial: Trial) async throws -> Result {
        if self == .blocking {
            // Twice, as what is allocated but once is no matter.
            _ = try onThisThread(trial)
            return try onThisThread(trial)
        }
        return try await Task(executorPreference: SocketExecutor.shared) {
            _ = try await onExecutor(trial)
            return try await onExecutor(trial)
        }.value
    }

    private func onThisThread(_ trial: Trial) throws -> Result {
        let (push, pull) = try connected()
        var (sending, receiving) = (Count(), Count())
        for _ in 0..<trial.count / Trial.batch {
            let beforeSending = Count.now
            for _ in 0..<Trial.batch { try push.blocking.send(trial.makeMessage()) }
            sending.add(since: beforeSending)
            let beforeReceiving = Count.now
            for _ in 0..<Trial.batch { trial.check(try pull.blocking.receive()) }
            receiving.add(since: beforeReceiving)
        }
        return Result(sending: sending, receiving: receiving, messages: trial.count)
    }

    private func onExecutor(_ trial: Trial) async throws -> Result {
        if self == .waiting { return try await waiting(trial) }
        let (push, pull) = try connected()
        var (sending, receiving) = (Count(), Count())
        var messages = pull.messages.makeAsyncIterator()
        for _ in 0..<trial.count / Trial.batch {
            let beforeSending = Count.now
            for _ in 0..<Trial.batch { try await push.send(trial.makeMessage()) }
            sending.add(since: beforeSending)
            let beforeReceiving = Count.now
            for _ in 0..<Trial.batch {
                let message = self == .sequence ? try await messages.next() : try await pull.receive()
                trial.check(message)
            }
            receiving.add(since: beforeReceiving)
        }
        return Result(sending: sending, receiving: receiving, messages: trial.count)
    }

    /// Back and forth between two tasks on one thread: what is not for sending is for waiting and receiving.
    private func waiting(_ trial: Trial) async throws -> Result {
        let context = try Context()
        let (here, there) = (try Pair(context), try Pair(context))
        try there.connect(here.bind("inproc://pair"))
        let rounds = trial.count / 2
        let echo = Task(executorPreference: SocketExecutor.shared) {
            var sending = Count()
            for _ in 0..<rounds {
                trial.check(try await there.receive())
                let before = Count.now
                try await there.send(trial.makeMessage())
                sending.add(since: before)
            }
            return sending
        }
        var sending = Count()
        let begin = Count.now
        for _ in 0..<rounds {
            let before = Count.now
            try await here.send(trial.makeMessage())
            sending.add(since: before)
            trial.check(try await here.receive())
        }
        var receiving = Count()
        receiving.add(since: begin)
        sending += try await echo.value
        receiving -= sending
        return Result(sending: sending, receiving: receiving, messages: rounds * 2)
    }

    /// Whether what arrives is the very memory that was sent.
    func handsOver() async throws -> Bool {
        let (push, pull) = try connected()
        let sent = Trial(size: 1 << 20, count: 1).makeMessage()
        let received: Message
        switch self {
        case .blocking:
            received = try passBlocking(sent, from: push, to: pull)
        case .async:
            try await push.send(sent)
            received = try await pull.receive()
        case .sequence:
            try await push.send(sent)
            var messages = pull.messages.makeAsyncIterator()
            guard let message = try await messages.next() else { return false }
            received = message
        case .waiting:
            async let waiting = pull.receive()
            try await push.send(sent)
            received = try await waiting
        }
        let addresses = [sent, try received.frame()].map { message in message.withUnsafeBytes { $0.baseAddress } }
        return addresses[0] == addresses[1]
    }

    private func passBlocking(_ message: Frame, from push: Push, to pull: Pull) throws -> Message {
        try push.blocking.send(message)
        return try pull.blocking.receive()
    }

    private func connected() throws -> (Push, Pull) {
        let context = try Context()
        let pull = try Pull(context)
        let push = try Push(context)
        try push.connect(pull.bind("inproc://messages"))
        return (push, pull)
    }
}
