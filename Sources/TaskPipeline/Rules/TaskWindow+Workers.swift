public import SwiftZMQ

extension TaskWindow {
    /// Takes note of what a worker says.
    ///
    /// - Parameters:
    ///   - message: what it says.
    ///   - connection: the routing id that it came from, which is another after a lost connection.
    ///   - now: when it came.
    public mutating func hear(_ message: WorkerMessage, from connection: Frame, at now: Instant) {
        let isOurRun = message.run == run
        switch message.body {
        case .ask(let ask):
            hear(ask, of: message.worker, from: connection, at: now)
            if isOurRun, let tasks = ask.tasks { prolong(tasks, of: message.worker, at: now) }
        case .returned(let numbers):
            guard isOurRun else { return }
            for number in known(numbers) where isOut(number, to: message.worker) {
                // Not begun: it may as well go to the same worker again.
                underWay.update(number) { $0.lastWorker = nil }
                sendAgain(number, at: nil)
            }
        case .failed(let failures):
            guard isOurRun else { return }
            for failure in failures { hear(failure, at: now) }
        case .leaving:
            workers[message.worker] = nil
            asking.removeAll { $0 == message.worker }
        }
    }

    private mutating func hear(_ failure: FailedAttempt, at now: Instant) {
        let isLast = failure.attempt >= settings.attempts
        guard let task = underWay[failure.number] else {
            // The collector has said before that it is done, and could not say how it failed.
            let index = recentFailures.firstIndex { $0.number == failure.number }
            if isLast, let index { recentFailures[index].status = failure.status }
            return
        }
        // One that came twice, or of a copy that was sent again, must not use up the next attempt, too.
        guard task.attempt == failure.attempt else { return }
        let text = underWay.text(of: failure.number)
        if isLast { return noteFailure(failure.number, text, status: failure.status) }
        switch task.place {
        case .held, .givenUp, .done: return
        case .waiting, .out: break
        }
        noteFailure(failure.number, text, status: failure.status)
        underWay.update(failure.number) { $0.attempt += 1 }
        if task.holder != nil {
            sendAgain(failure.number, at: now, after: backOff(beforeAttempt: task.attempt + 1))
        }
    }

    /// How many workers have been heard lately.
    public func aliveWorkers(at now: Instant) -> Int {
        workers.values.reduce(0) { $0 + (now - $1.heard < Self.silence ? 1 : 0) }
    }

    /// A worker that has results which it cannot deliver, and how many.
    public func undelivered(at now: Instant) -> (worker: String, count: Int)? {
        let stuck = workers.values.filter { $0.undelivered > 0 && now - $0.heard < Self.silence }
        return stuck.max { $0.undelivered < $1.undelivered }.map { ($0.name, $0.undelivered) }
    }

    /// A worker that has done a task more than once and whose result has not reached the collector: the worker's name, the
    /// task, and how often; nil where there is none that was not asked for before.
    public mutating func takeAstray() -> (worker: String, task: TaskNumber, times: Int)? {
        defer { astray = nil }
        return astray
    }

    /// Where workers are.
    var connections: [Frame] { workers.values.map(\.connection) }

    private mutating func hear(_ ask: WorkerAsk, of id: SessionID, from connection: Frame, at now: Instant) {
        var worker = workers[id] ?? WorkerRecord(connection: connection, heard: now, sent: ask.received, since: now)
        worker.heard = now
        worker.isUnreachable = false
        if !ask.name.isEmpty { worker.name = ask.name }
        if ask.tasks != nil { worker.undelivered = ask.undelivered }
        worker.concurrency = ask.concurrency
        // What was on its way on a connection that is lost does not arrive any more, nor what has been for too long.
        let isStale = worker.lastSent.map { now - $0 >= settings.retryAfter } ?? false
        if worker.connection != connection || isStale {
            worker.connection = connection
            worker.sent = ask.received
        }
        worker.sent = max(worker.sent, ask.received)
        worker.room = max(0, ask.room - Int(clamping: worker.sent - ask.received))
        if worker.room > 0, !worker.isAsking {
            worker.isAsking = true
            asking.append(id)
        }
        workers[id] = worker
    }

    /// Time in which a worker is alive and has a task does not count.
    private mutating func prolong(_ numbers: NumberSet, of worker: SessionID, at now: Instant) {
        workers[worker]?.listed = now
        for number in known(numbers) where isOut(number, to: worker) {
            underWay.update(number) { task in
                task.place = .out(worker, heard: now)
                task.isListed = true
            }
        }
    }

    func isOut(_ number: TaskNumber, to worker: SessionID) -> Bool { underWay[number]?.holder == worker }

    mutating func sendAgain(_ number: TaskNumber, at now: Instant?, after delay: Duration = .zero) {
        place(number, .waiting(since: now))
        if let now, delay > .zero {
            let due = now + delay
            let index = delayed.lastIndex { $0.due <= due }.map { $0 + 1 } ?? 0
            delayed.insert((due, number), at: index)
        } else if isSuspect(number) {
            suspects.append(number)
        } else {
            again.append(number)
        }
    }

    /// Whether one more loss is the last, and is to show whether the task was its cause.
    func isSuspect(_ number: TaskNumber) -> Bool {
        settings.mostLosses > 1 && underWay.losses(of: number).count >= settings.mostLosses - 1
    }

    private func backOff(beforeAttempt attempt: UInt32) -> Duration {
        guard settings.backOff > .zero else { return .zero }
        var backOff = settings.backOff
        for _ in 2..<max(2, min(attempt, 40)) where backOff < PipelineSettings.longestBackOff { backOff *= 2 }
        return min(backOff, max(settings.backOff, PipelineSettings.longestBackOff))
    }

    /// Says that a worker's connection is gone.
    public mutating func noteUnreachable(_ worker: SessionID) {
        workers[worker]?.isUnreachable = true
        workers[worker]?.room = 0
    }

    /// The workers that have tasks and have been silent for a while, and their connections: to be found out whether these
    /// are still there.
    public func silentWorkers(at now: Instant) -> [(worker: SessionID, connection: Frame)] {
        workers.filter { !$0.value.isUnreachable && $0.value.out > 0 && now - $0.value.heard >= Self.pulse }
            .map { ($0.key, $0.value.connection) }
    }

    /// Notes where a task is now, and who has it no more.
    mutating func place(_ number: TaskNumber, _ place: TaskUnderWay.Place) {
        var holder: SessionID?
        underWay.update(number) { task in
            holder = task.holder
            task.place = place
        }
        if let holder { release(1, of: holder) }
    }

    /// Notes that a worker has fewer tasks.
    mutating func release(_ count: Int, of worker: SessionID) {
        // One that was forgotten meanwhile, and has come back, counts from zero.
        if let out = workers[worker]?.out { workers[worker]?.out = max(0, out - count) }
    }

    /// Those of some numbers that are under way, however many were named.
    func known(_ numbers: NumberSet) -> [TaskNumber] {
        numbers.ranges.flatMap { underWay.numbers(in: $0) }
    }
}
