extension TaskWindow {
    /// Takes note of what the collector says.
    ///
    /// - Returns: what to answer it.
    public mutating func hear(_ message: CollectorMessage, at now: Instant) -> [ProducerMessage] {
        if replacedCollectors.contains(message.collector) {
            // Unless the one that took its place has only left a late message behind.
            guard !hasCollector(at: now) else { return [ProducerMessage(run: run, body: .replaced)] }
            replacedCollectors.remove(message.collector)
        }
        if collector != message.collector { welcome(message.collector, at: now) }
        if !hasCollector(at: now) { forgiveSilence(at: now) }
        collectorHeard = now
        switch message.body {
        case .hello:
            // One that knows the run needs no list of what is done: it made that list.
            let done = message.run == run ? NumberSet() : doneNumbers
            let welcome = ProducerMessage(run: run, body: .run(done: done, resumes: resumes))
            let finished = isFinished ? ProducerMessage(run: run, body: .finished(ending)) : nil
            return [welcome, record, acknowledgement(), finished].compactMap(\.self)
        case .report(let report):
            guard message.run == run else { return [] }
            apply(report)
            unacknowledged.insert(report.sequence)
            guard !isFinished else {
                // The record first: what comes after the end is not written down any more.
                return [record, acknowledgement(), ProducerMessage(run: run, body: .finished(ending))]
                    .compactMap(\.self)
            }
            guard unacknowledged.count >= Self.mostUnacknowledged, let acknowledgement = acknowledgement() else {
                return []
            }
            return [acknowledgement]
        case .recovered(let recovered):
            recover(recovered)
            return []
        case .goodbye:
            guard message.run == run else { return [] }
            if isFinished { hasCollectorEnded = true }
            return [ProducerMessage(run: run, body: .farewell)]
        }
    }

    /// What tells the collector which of its reports have arrived; nil when it knows. To be sent to it now and then, well
    /// before it would say them again.
    public mutating func acknowledgement() -> ProducerMessage? {
        guard !unacknowledged.isEmpty else { return nil }
        defer { unacknowledged.removeAll() }
        return ProducerMessage(run: run, body: .acknowledged(sequences: unacknowledged))
    }

    /// What is known of the input; nil as long as it may be another than that of the run that is gone on with, in whose place it
    /// would stand in the journal.
    private var record: ProducerMessage? {
        isInputTheSame == true ? ProducerMessage(run: run, body: .input(input)) : nil
    }

    /// What tells the collector of the whole input, once that is known, sooner than it would ask: the sooner it has that
    /// written down, the sooner an input shows that is another.
    public mutating func newInput() -> ProducerMessage? {
        guard collector != nil, input.whole != toldWhole, let record else { return nil }
        toldWhole = input.whole
        return record
    }

    /// Whether a collector has been heard lately.
    public func hasCollector(at now: Instant) -> Bool {
        collectorHeard.map { now - $0 < Self.silence } ?? false
    }

    /// How long to wait at the end for a collector to say goodbye: one that was there may have been killed and come back, one
    /// that never was may just be coming.
    public var patienceForCollector: Duration {
        collector == nil ? Self.silence : max(settings.retryAfter, Self.silence)
    }

    /// All tasks that are done.
    var doneNumbers: NumberSet {
        var ranges: [ClosedRange<TaskNumber>] = []
        var next: TaskNumber = 1
        underWay.forEach { number, _ in
            if next < number { ranges.append(next...number - 1) }
            next = number + 1
        }
        if next <= readCount { ranges.append(next...readCount) }
        return NumberSet(ranges: ranges)
    }

    /// A collector that is new: what another held back has gone with it.
    private mutating func welcome(_ newcomer: SessionID, at now: Instant) {
        if let collector { replacedCollectors.insert(collector) }
        collector = newcomer
        unacknowledged.removeAll()
        hasCollectorEnded = false
        var held: [TaskNumber] = []
        underWay.forEach { number, task in if case .held = task.place { held.append(number) } }
        for number in held { sendAgain(number, at: nil) }
    }

    /// What is to be told the collector of tasks that were given up, until it says that they are done.
    public mutating func lostTasks(at now: Instant) -> [ProducerMessage] {
        guard lostCount > 0, hasCollector(at: now) else { return [] }
        var lost: [LostTask] = []
        underWay.forEach { number, task in
            guard case .givenUp(let told) = task.place, told.map({ now - $0 >= .seconds(1) }) ?? true else { return }
            lost.append(
                LostTask(
                    number: number, attempt: task.attempt, text: underWay.text(of: number),
                    workers: underWay.losses(of: number)))
        }
        for task in lost { underWay.update(task.number) { $0.place = .givenUp(told: now) } }
        return lost.map { ProducerMessage(run: run, body: .lost($0)) }
    }

    private mutating func apply(_ report: CollectorReport) {
        // Before they are no longer under way.
        let failed = known(report.failed).filter(report.done.contains)
        for number in failed.suffix(RunStatus.mostListed) {
            guard !recentFailures.contains(where: { $0.number == number }) else { continue }
            // How else than by its workers' deaths, its last worker tells.
            let isLost = if case .givenUp = underWay[number]?.place { true } else { false }
            noteFailure(number, underWay.text(of: number), status: isLost ? TaskStatus.lost : 1)
        }
        // Tasks that are next to each other are mostly one worker's.
        var runs: [(holder: SessionID, count: Int)] = []
        let before = underWay.count
        for range in report.done.ranges {
            finish(range) { _, task in
                guard case .out(let holder, _) = task.place else { return }
                if runs.last?.holder != holder { runs.append((holder, 0)) }
                runs[runs.count - 1].count += 1
            }
        }
        doneCount += UInt64(before - underWay.count)
        failedCount += UInt64(failed.count)
        haltIfDue()
        for run in runs { release(run.count, of: run.holder) }
        for number in known(report.held) { place(number, .held) }
    }
}
