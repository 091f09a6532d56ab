import SwiftZMQ
import SystemSupport

extension Collector {
    /// Results that are about to be written, and what they are of.
    private struct Batch {
        var bytes: [UInt8] = []
        var done = NumberSet()
        var failed = NumberSet()

        mutating func add(_ result: TaskResult, as format: ResultFormat) {
            format.append(result, to: &bytes)
            done.insert(result.number)
            if result.status != 0 { failed.insert(result.number) }
        }
    }

    /// The bytes after which results are written although more are there.
    private static let fullBatch = 1 << 18

    /// Takes results in and writes them, until the socket is closed.
    func collect() async throws {
        var batch = Batch()
        for try await message in results.messages {
            take(message, into: &batch)
            // As long as more is there, it goes into the same write and the same report.
            while batch.bytes.count < Self.fullBatch, let more = try? results.tryReceive() { take(more, into: &batch) }
            try await write(&batch)
        }
    }

    private func take(_ message: Message, into batch: inout Batch) {
        let received: ResultBatch
        do throws(WireError) {
            received = try ResultBatch(message)
        } catch {
            notice(PipelineNotice("\(resultsEndpoint): a message that came as results is ignored: \(error)"))
            return
        }
        state.withLock { state in
            guard received.run == state.run else {
                state.dropped += UInt64(received.results.count)
                return
            }
            for result in received.results {
                switch state.sequencer.admit(result) {
                case .write:
                    batch.add(result, as: settings.format)
                    while let released = state.sequencer.release() { batch.add(released, as: settings.format) }
                case .hold: state.pendingReports.noteHeld(result.number)
                case .holdStill:
                    // Somebody has had it done again: the producer may not know that it is here.
                    state.pendingReports.noteHeld(result.number)
                    state.dropped += 1
                case .drop: state.dropped += 1
                }
            }
        }
    }

    private nonisolated(nonsending) func write(_ batch: inout Batch) async throws {
        if !batch.done.isEmpty {
            try await sink.write(&batch.bytes, done: batch.done, failed: batch.failed)
            let (done, failed) = (batch.done, batch.failed)
            state.withLock { state in
                state.pendingReports.noteDone(done, failed: failed)
                state.written += UInt64(done.count)
                state.failed += UInt64(failed.count)
            }
            batch.done.removeAll()
            batch.failed.removeAll()
        }
        try report()
    }

    /// Tells the producer what is new.
    func report() throws {
        while let report = state.withLock({ $0.pendingReports.nextReport(at: .now) }) { try say(.report(report)) }
    }

    /// Writes what is held back, and sees to it that the producer knows everything.
    func finish() async throws {
        let (held, ending) = state.withLock { state in
            // Only at the end of the run: one who starts this collector again expects the order to be kept.
            (state.ending == nil ? [] : state.sequencer.releaseAll(), state.ending)
        }
        var batch = Batch()
        for result in held { batch.add(result, as: settings.format) }
        try await write(&batch)
        let deadline = Instant.now + .seconds(3)
        // Every answer of the producer is a change, and each second is one: what was not answered is then said again.
        while !state.withLock({ $0.pendingReports.isClear }), Instant.now < deadline { await change.wait() }
        guard ending != nil else { return }
        while !state.withLock({ $0.hasFarewell }), Instant.now < deadline {
            try say(.goodbye)
            await change.wait()
        }
        // Without a farewell the producer may still ask: the journal stays and has the answer.
        if state.withLock({ $0.hasFarewell }) { sink.end() }
    }
}
