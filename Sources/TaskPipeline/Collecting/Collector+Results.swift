import SwiftZMQ
import SystemSupport

extension Collector.State {
    /// Decides on results that came together, where their order does not matter.
    ///
    /// - Returns: what is to become of each; nil for what is no result, as another attempt follows.
    mutating func admit(_ results: ReceivedResults) -> [ResultSequencer.Admission?] {
        var admissions: [ResultSequencer.Admission?] = []
        admissions.reserveCapacity(results.count)
        for position in results.indices {
            let head = results.head(at: position)
            let admission = head.isFinal ? sequencer.admit(head.number) : nil
            if admission == .drop { dropped += 1 }
            admissions.append(admission)
        }
        return admissions
    }

    /// Decides on a result where it may have to wait for others; nil as above.
    mutating func admit(_ result: TaskResult) -> ResultSequencer.Admission? {
        guard result.isFinal else { return nil }
        let admission = sequencer.admit(result)
        switch admission {
        case .write: break
        case .hold: pendingReports.noteHeld(result.number)
        case .holdStill:
            // Somebody has had it done again: the producer may not know that it is here.
            pendingReports.noteHeld(result.number)
            dropped += 1
        case .drop: dropped += 1
        }
        return admission
    }

    /// Whether to say that results of another run come. What an earlier run has left comes once, and is nothing to be told.
    mutating func isForeignNoticeDue(at now: Moment) -> Bool {
        if let next = nextForeignNotice, now < next { return false }
        defer { nextForeignNotice = now + foreignPause.next() }
        return nextForeignNotice != nil
    }
}

extension Collector {
    /// Results that are about to be written, and what they are of.
    private struct Batch {
        var bytes: [UInt8] = []
        var results = WrittenResults()

        mutating func add(_ result: TaskResult, as format: ResultFormat) {
            format.append(result, to: &bytes)
            results.add(result)
        }

        /// Adds a result where it lies, where its text and output are all that is needed.
        mutating func add(_ received: ReceivedResults, at position: Int, as format: ResultFormat) {
            guard format == .text else { return add(received[position], as: format) }
            let head = received.head(at: position)
            received.withTextAndOutput(at: position) { text, output in
                head.label.append(output, of: text, to: &bytes)
                results.add(head.number, text, status: head.status)
            }
        }
    }

    /// The bytes after which results are written although more are there.
    private static let fullBatch = 1 << 18

    /// Takes results in and writes them, until the socket is closed.
    func collect() async throws {
        var batch = Batch()
        for try await message in results.messages {
            try take(message, into: &batch)
            // As long as more is there, it goes into the same write and the same report.
            while batch.bytes.count < Self.fullBatch, let more = try? results.tryReceive() {
                try take(more, into: &batch)
            }
            try await write(&batch)
        }
    }

    private func take(_ message: Message, into batch: inout Batch) throws {
        let received: ReceivedResults
        do throws(WireError) {
            received = try ReceivedResults(message)
        } catch {
            notice(PipelineNotice("\(resultsEndpoint): a message that came as results is ignored: \(error)"))
            return
        }
        let (isOurs, isToldForeign) = state.withLock { state in
            guard received.run == state.run else {
                state.dropped += UInt64(received.count)
                return (false, state.isForeignNoticeDue(at: .now))
            }
            // It hands out, so it knows.
            state.recovered = nil
            return (true, false)
        }
        if isToldForeign {
            notice(
                PipelineNotice(
                    "\(resultsEndpoint): \(received.worker) brings results of another run, which are dropped; "
                        + "the --results of a worker names the collector of its --tasks"))
        }
        guard isOurs else { return }
        guard settings.isOrdered else {
            // What is written is made outside the lock: the output of one task may be long.
            let admissions = state.withLock { $0.admit(received) }
            for (position, admission) in zip(received.indices, admissions) where admission != .drop {
                // Whoever is told of a result gets all that is known of it.
                if !settings.observers.isEmpty || received.head(at: position).status != 0 {
                    try tell(received[position], admission)
                }
                if admission == .write { batch.add(received, at: position, as: settings.format) }
            }
            return
        }
        // Each may let others pass that were held back, and those come before the next.
        for result in received {
            let admission = state.withLock { $0.admit(result) }
            try tell(result, admission)
            if admission == .write { batch.add(result, as: settings.format) }
            while admission == .write, let released = state.withLock({ $0.sequencer.release() }) {
                batch.add(released, as: settings.format)
            }
        }
    }

    /// Tells of an attempt, or of a result that comes for the first time.
    private func tell(_ result: TaskResult, _ admission: ResultSequencer.Admission?) throws {
        switch admission {
        case nil: for observer in settings.observers { try observer.note(result) }
        case .write, .hold: try observe(result)
        case .holdStill, .drop: break
        }
    }

    private func observe(_ result: TaskResult) throws {
        for observer in settings.observers { try observer.note(result) }
        guard result.status != 0 else { return }
        let told = state.withLock { state in
            state.toldFailures += 1
            return state.toldFailures
        }
        guard told <= PipelineNotice.mostFailures else { return }
        let attempts = result.attempt > 1 ? " at attempt \(result.attempt)" : ""
        let who = result.status == TaskStatus.lost ? " with \(result.worker)" : ""
        notice(
            .failure(
                of: "task \(result.number)", attempt: attempts, status: result.status, workers: who, text: result.text))
        if told == PipelineNotice.mostFailures { notice(.furtherFailures) }
    }

    private nonisolated(nonsending) func write(_ batch: inout Batch) async throws {
        if !batch.results.done.isEmpty {
            for observer in settings.observers { try observer.flush() }
            try await sink.write(&batch.bytes, batch.results)
            let (done, failed) = (batch.results.done, batch.results.failed)
            state.withLock { state in
                state.pendingReports.noteDone(done, failed: failed)
                state.written += UInt64(done.count)
                state.failed += UInt64(failed.count)
            }
            batch.results = WrittenResults()
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
        while !state.withLock({ $0.pendingReports.isClear }), Instant.now < deadline {
            await change.wait()
            try Task.checkCancellation()
        }
        for observer in settings.observers { try observer.flush() }
        guard let ending else { return sink.end(isComplete: false) }
        while !state.withLock({ $0.hasFarewell }), Instant.now < deadline {
            try say(.goodbye)
            await change.wait()
            try Task.checkCancellation()
        }
        // Without a farewell the producer may still ask: the journal stays and has the answer.
        sink.end(isComplete: state.withLock { $0.hasFarewell } && !ending.isInterrupted && !ending.isHalted)
    }
}
