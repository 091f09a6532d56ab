public import SwiftZMQ

/// What the collector says to the producer.
public struct CollectorMessage: Hashable, Sendable {
    /// What it says.
    public enum Body: Hashable, Sendable {
        /// It lives. Said every second, and answered with ``ProducerMessage/Body-swift.enum/run(done:)``.
        case hello
        /// What it has; said again until acknowledged.
        case report(CollectorReport)
        /// What it has of an earlier run; said until results of this one come.
        case recovered(RecoveredResults)
        /// It has everything and ends.
        case goodbye
    }

    /// The run that it collects; ``RunID/none`` before it knows.
    public var run: RunID
    /// Which collector it is: after a restart, another.
    public var collector: SessionID
    /// What it says.
    public var body: Body

    /// A message.
    public init(run: RunID, collector: SessionID, body: Body) {
        self.run = run
        self.collector = collector
        self.body = body
    }

    /// Reads a message.
    public init(_ message: Message) throws(WireError) {
        var reader = try WireReader(message)
        run = reader.run
        collector = try reader.session()
        switch reader.kind {
        case .hello: body = .hello
        case .report:
            body = .report(
                CollectorReport(
                    sequence: try reader.number(), done: try reader.numbers(), failed: try reader.numbers(),
                    held: try reader.numbers()))
        case .goodbye: body = .goodbye
        case .recovered:
            body = .recovered(
                RecoveredResults(
                    done: try reader.numbers(), failed: try reader.numbers(),
                    digest: LineDigest(rawValue: try reader.number()), input: try reader.input()))
        default: throw WireError("a collector does not send it")
        }
    }

    /// The message in bytes.
    public var encoded: Frame {
        switch body {
        case .hello: return writer(.hello).message
        case .goodbye: return writer(.goodbye).message
        case .report(let report):
            var writer = writer(.report)
            writer.write(report.sequence)
            writer.write(report.done)
            writer.write(report.failed)
            writer.write(report.held)
            return writer.message
        case .recovered(let results):
            var writer = writer(.recovered)
            writer.write(results.done)
            writer.write(results.failed)
            writer.write(results.digest.rawValue)
            writer.write(results.input)
            return writer.message
        }
    }

    private func writer(_ kind: MessageKind) -> WireWriter {
        var writer = WireWriter(kind, run: run)
        writer.write(collector)
        return writer
    }
}
