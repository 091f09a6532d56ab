import SwiftZMQ
import SystemSupport

extension Collector {
    private static let heartbeat = Duration.seconds(1)

    func say(_ body: CollectorMessage.Body) throws {
        let run = state.withLock { $0.run }
        // Without a high-water mark there is always room.
        _ = try done.trySend(CollectorMessage(run: run, collector: session, body: body).encoded)
    }

    /// Takes note of what the producer says.
    func hearProducer() async throws {
        try say(.hello)
        for try await message in done.messages {
            let heard: ProducerMessage
            do throws(WireError) {
                heard = try ProducerMessage(message)
            } catch {
                notice(PipelineNotice("\(doneEndpoint): a message that came as a producer's is ignored: \(error)"))
                continue
            }
            try hear(heard)
            change.send()
        }
    }

    private func hear(_ message: ProducerMessage) throws {
        if case .run(let done, let resumes) = message.body {
            return try hear(run: message.run, done: done, resumes: resumes)
        }
        if case .input(let input) = message.body {
            // Written down at once: a run that goes on with this one compares it.
            if message.run == state.withLock({ $0.run }) { sink.note(input) }
            return
        }
        if case .lost(let task) = message.body, message.run == state.withLock({ $0.run }) {
            let batch = ResultBatch(
                run: message.run, worker: task.workers.joined(separator: ", "), results: [task.result])
            _ = try lost.trySend(batch.encoded)
        }
        let endsResults = try state.withLock { state in
            guard message.run == state.run else { return false }
            switch message.body {
            case .run, .input: break
            case .acknowledged(let sequences): state.pendingReports.acknowledge(sequences)
            case .finished(let ending):
                defer { state.ending = ending }
                return state.ending == nil
            case .farewell: state.hasFarewell = true
            case .lost: break
            case .replaced:
                // One that is gone may have left a late message behind; the producer forgets it in less than this time.
                let since = state.replacedSince ?? .now
                state.replacedSince = since
                guard Instant.now - since > TaskWindow.silence + .seconds(1) else { return false }
                throw CollectorError("\(doneEndpoint): another collector has taken this one's place; one run has one")
            }
            return false
        }
        if endsResults { results.close() }
    }

    private func hear(run: RunID, done: NumberSet, resumes: Bool) throws {
        try state.withLock { state in
            state.lastHeard = state.clock.time(at: .now)
            state.replacedSince = nil
            if state.isProducerMissed {
                state.isProducerMissed = false
                notice(PipelineNotice("a producer is there"))
            }
            guard state.run != run else { return }
            guard state.run == .none else {
                // Whoever has begun another run asks for nothing of this one.
                state.hasFarewell = true
                if state.ending != nil { return }
                throw CollectorError(
                    "\(doneEndpoint): the producer has begun another run, and the one collected here is over "
                        + "before it was done; start this collector again")
            }
            guard resumes == settings.resumes else {
                throw CollectorError(
                    "\(doneEndpoint): the producer \(resumes ? "goes on with a run" : "begins a new run"), and this "
                        + "collector does not; give --resume to both or to neither")
            }
            let recovered = try sink.begin(run)
            if resumes { state.recovered = recovered }
            var passed = done
            passed.formUnion(recovered.done)
            state.sequencer = ResultSequencer(isOrdered: settings.isOrdered, done: passed)
            // What the last report did not tell because the collector was killed before it could.
            state.pendingReports.noteDone(recovered.done, failed: recovered.failed)
            state.failed = UInt64(recovered.failed.count)
            state.run = run
        }
        if let recovered = state.withLock({ $0.recovered }) { try say(.recovered(recovered)) }
    }

    /// Says that it lives, and again what was not acknowledged.
    func keepTime() async throws {
        var next = Instant.now + Self.heartbeat
        while true {
            try await Task.sleep(for: .milliseconds(250))
            let now = state.withLock { $0.clock.time(at: .now) }
            guard now >= next else { continue }
            next = now + Self.heartbeat
            try say(.hello)
            if let recovered = state.withLock({ $0.recovered }) { try say(.recovered(recovered)) }
            let (overdue, isMissed, refusal) = state.withLock { state in
                let isMissed =
                    !state.isProducerMissed && now - state.lastHeard >= .seconds(2) && !isWithinProcess(doneEndpoint)
                if isMissed { state.isProducerMissed = true }
                // To one that is not there they would only pile up.
                let isThere = now - state.lastHeard < TaskWindow.silence
                return (isThere ? state.pendingReports.overdueReports(at: now) : [], isMissed, state.refusal)
            }
            for report in overdue { try say(.report(report)) }
            if isMissed {
                let reason = refusal.map { ", \($0)" } ?? ""
                notice(
                    PipelineNotice(
                        "no producer answers at \(doneEndpoint)\(reason); waiting for one: pipeline produce --done …"))
            }
            change.send()
        }
    }
}
