public import SwiftZMQ

/// What a worker says to the producer.
public struct WorkerMessage: Hashable, Sendable {
    /// What it says.
    public enum Body: Hashable, Sendable {
        /// It lives, has some tasks, and has room for more.
        case ask(WorkerAsk)
        /// It gives tasks back that it has not begun.
        case returned(NumberSet)
        /// Attempts failed. The result of a last one goes to the collector, too, which does not say how it failed.
        case failed([FailedAttempt])
        /// It ends, and has nothing left.
        case leaving
    }

    /// The run that its tasks belong to; ``RunID/none`` before the first.
    public var run: RunID
    /// Which worker it is.
    public var worker: SessionID
    /// What it says.
    public var body: Body

    /// A message.
    public init(run: RunID, worker: SessionID, body: Body) {
        self.run = run
        self.worker = worker
        self.body = body
    }

    /// Reads a message.
    public init(_ message: Message) throws(WireError) {
        var reader = try WireReader(message)
        run = reader.run
        worker = try reader.session()
        switch reader.kind {
        case .ask:
            body = .ask(
                WorkerAsk(
                    received: try reader.number(), room: Int(try reader.number(UInt32.self)),
                    concurrency: Int(try reader.number(UInt32.self)),
                    tasks: try reader.flag() ? try reader.numbers() : nil, name: try reader.string(),
                    undelivered: Int(try reader.number(UInt32.self))))
        case .returned: body = .returned(try reader.numbers())
        case .failed:
            var failures: [FailedAttempt] = []
            while !reader.isAtEnd {
                failures.append(
                    FailedAttempt(
                        number: try reader.number(), attempt: try reader.number(), status: try reader.number()))
            }
            body = .failed(failures)
        case .leaving: body = .leaving
        default: throw WireError("a worker does not send it")
        }
    }

    /// The message in bytes.
    public var encoded: Frame {
        var writer = WireWriter(kind, run: run)
        writer.write(worker)
        switch body {
        case .ask(let ask):
            writer.write(ask.received)
            writer.write(UInt32(clamping: ask.room))
            writer.write(UInt32(clamping: ask.concurrency))
            writer.write(ask.tasks != nil)
            if let tasks = ask.tasks { writer.write(tasks) }
            writer.write(ask.name)
            writer.write(UInt32(clamping: ask.undelivered))
        case .returned(let numbers): writer.write(numbers)
        case .failed(let failures):
            for failure in failures {
                writer.write(failure.number)
                writer.write(failure.attempt)
                writer.write(failure.status)
            }
        case .leaving: break
        }
        return writer.message
    }

    private var kind: MessageKind {
        switch body {
        case .ask: .ask
        case .returned: .returned
        case .failed: .failed
        case .leaving: .leaving
        }
    }
}
