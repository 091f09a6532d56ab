extension TaskWindow {
    /// How far it is.
    public mutating func status(at now: Instant) -> RunStatus {
        var status = RunStatus(done: doneCount, total: total, read: readCount, failed: failedCount)
        status.rate = pace.rate(done: doneCount - resumedCount, at: now)
        status.workers = workers.values.filter { now - $0.heard < Self.silence }
            .sorted { $0.out != $1.out ? $0.out > $1.out : $0.name < $1.name }
            .map { RunStatus.Worker(name: $0.name, tasks: UInt64($0.out), seconds: (now - $0.since) / .seconds(1)) }
        // Those that have been out for longest are among the oldest.
        underWay.forEach { number, task in
            guard task.holder != nil, let given = task.given else { return }
            let seconds = (now - given) / .seconds(1)
            if status.slowest.count == RunStatus.mostListed, let last = status.slowest.last, last.seconds >= seconds {
                return
            }
            let place = status.slowest.firstIndex { $0.seconds < seconds } ?? status.slowest.endIndex
            let text = underWay.text(of: number).prefix(RunStatus.longestText)
            let entry = RunStatus.Task(number: number, text: text, seconds: seconds)
            status.slowest.insert(entry, at: place)
            if status.slowest.count > RunStatus.mostListed { status.slowest.removeLast() }
        }
        status.failures = recentFailures
        return status
    }

    /// Remembers a failed attempt for whoever asks.
    mutating func noteFailure(_ number: TaskNumber, _ text: ArraySlice<UInt8>, status: Int32) {
        recentFailures.removeAll { $0.number == number }
        recentFailures.append(
            RunStatus.Failure(number: number, text: text.prefix(RunStatus.longestText), status: status))
        if recentFailures.count > RunStatus.mostListed { recentFailures.removeFirst() }
    }
}
