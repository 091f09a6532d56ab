public import SwiftZMQ

/// What the producer says to the collector.
public struct ProducerMessage: Hashable, Sendable {
    /// What it says.
    public enum Body: Hashable, Sendable {
        /// This run goes on, and these tasks of it are done; whether it goes on with an earlier one.
        case run(done: NumberSet, resumes: Bool)
        /// What is known of the input.
        case input(InputRecord)
        /// A task was given up; said until it is reported as done.
        case lost(LostTask)
        /// Reports have arrived.
        case acknowledged(sequences: NumberSet)
        /// No more tasks will be handed out; whoever holds results back writes them. Said until answered by a goodbye.
        case finished(RunEnding)
        /// The goodbye has arrived; nobody asks for this run any more.
        case farewell
        /// Another collector has taken this one's place.
        case replaced
    }

    /// The run.
    public var run: RunID
    /// What it says.
    public var body: Body

    /// A message.
    public init(run: RunID, body: Body) {
        self.run = run
        self.body = body
    }

    /// Reads a message.
    public init(_ message: Message) throws(WireError) {
        var reader = try WireReader(message)
        run = reader.run
        switch reader.kind {
        case .run:
            body = .run(done: try reader.numbers(), resumes: try reader.flag())
        case .input: body = .input(try reader.input())
        case .lost:
            let number = try reader.number(TaskNumber.self)
            let attempt = try reader.number(UInt32.self)
            let text = try reader.bytes(Int(try reader.number(UInt32.self)))
            var workers: [String] = []
            while !reader.isAtEnd { workers.append(try reader.string()) }
            body = .lost(LostTask(number: number, attempt: attempt, text: text, workers: workers))
        case .acknowledged: body = .acknowledged(sequences: try reader.numbers())
        case .finished:
            body = .finished(
                RunEnding(tasks: try reader.number(), isInterrupted: try reader.flag(), isHalted: try reader.flag()))
        case .farewell: body = .farewell
        case .replaced: body = .replaced
        default: throw WireError("a producer does not send it to a collector")
        }
    }

    /// The message in bytes.
    public var encoded: Frame {
        switch body {
        case .run(let done, let resumes):
            var writer = WireWriter(.run, run: run)
            writer.write(done)
            writer.write(resumes)
            return writer.message
        case .input(let input):
            var writer = WireWriter(.input, run: run)
            writer.write(input)
            return writer.message
        case .lost(let task):
            var writer = WireWriter(.lost, run: run, capacity: task.text.count + 64)
            writer.write(task.number)
            writer.write(task.attempt)
            writer.write(UInt32(task.text.count))
            writer.write(bytesOf: task.text)
            for worker in task.workers { writer.write(worker) }
            return writer.message
        case .acknowledged(let sequences):
            var writer = WireWriter(.acknowledged, run: run)
            writer.write(sequences)
            return writer.message
        case .finished(let ending):
            var writer = WireWriter(.finished, run: run)
            writer.write(ending.tasks)
            writer.write(ending.isInterrupted)
            writer.write(ending.isHalted)
            return writer.message
        case .farewell: return WireWriter(.farewell, run: run).message
        case .replaced: return WireWriter(.replaced, run: run).message
        }
    }
}
