public import SwiftZMQ

extension TaskWindow {
    /// Tasks for a worker, and where it is.
    public struct HandOut: Sendable {
        /// The worker.
        public var worker: SessionID
        /// The routing id of the worker's connection.
        public var connection: Frame
        /// The tasks.
        public var batch: TaskBatch
    }

    /// The next tasks to send, and to whom; nil when there are none, or nobody wants any. Call it until it is nil.
    ///
    /// Those who ask are served in turn, each until it has as many as the others: none gets all when there is little. A
    /// worker that has enough to do is not sent a few at a time: they wait until they double what it has.
    public mutating func nextHandOut(at now: Instant) -> HandOut? {
        guard !isEnding, isInputTheSame == true else { return nil }
        if settings.delay > .zero, let lastHandOut, now - lastHandOut < settings.delay { return nil }
        if let handOut = nextSuspect(at: now) { return handOut }
        let waiting = again.count + Int(underWay.nextNumber - nextFresh)
        guard waiting > 0 else { return nil }
        forgetWhoHasNoRoom()
        let level = level(with: waiting)
        for (index, id) in asking.enumerated() {
            guard var worker = workers[id], id != drained, !isIsolated(id, worker) else { continue }
            let most = settings.delay > .zero ? 1 : Self.largestBatch.tasks
            let count = min(worker.room, level - worker.out, most)
            // What is done and cannot leave keeps nobody busy.
            let inHand = max(0, worker.out - worker.undelivered)
            guard count > 0,
                inHand < worker.concurrency || count >= min(worker.room, inHand, Self.worthwhile)
                    || settings.delay > .zero
            else { continue }
            let tasks = take(upTo: count, for: id, at: now)
            // What waits has just been with it: perhaps the next one can have it.
            guard !tasks.isEmpty else { continue }
            asking.remove(at: index)
            asking.append(id)
            return handOut(tasks, to: id, &worker, at: now)
        }
        return nil
    }

    private mutating func handOut(
        _ tasks: TaskList, to id: SessionID, _ worker: inout WorkerRecord, at now: Instant
    ) -> HandOut {
        worker.room -= tasks.count
        worker.out += tasks.count
        worker.sent += UInt64(tasks.count)
        worker.lastSent = now
        workers[id] = worker
        lastHandOut = now
        return HandOut(
            worker: id, connection: worker.connection, batch: TaskBatch(run: run, tasks: tasks, header: header))
    }

    /// Whether a worker has a task that it is to have alone.
    private func isIsolated(_ id: SessionID, _ worker: WorkerRecord) -> Bool {
        worker.isolated.map { isOut($0, to: id) } ?? false
    }

    /// The next task that goes out alone, once a worker is free for it.
    private mutating func nextSuspect(at now: Instant) -> HandOut? {
        while let first = suspects.first {
            guard case .waiting = underWay[first]?.place else {
                suspects.removeFirst()
                continue
            }
            if drained.map({ id in workers[id].map { now - $0.heard >= Self.silence } ?? true }) ?? true {
                forgetWhoHasNoRoom()
                let last = underWay[first]?.lastWorker
                let candidates = asking.filter { id in workers[id].map { !isIsolated(id, $0) } ?? false }
                drained = candidates.first { $0 != last } ?? candidates.first
            }
            guard let id = drained, var worker = workers[id], worker.out == 0, worker.room > 0 else { return nil }
            suspects.removeFirst()
            drained = nil
            var tasks = TaskList()
            give(first, to: id, at: now, &tasks)
            worker.isolated = first
            return handOut(tasks, to: id, &worker, at: now)
        }
        drained = nil
        return nil
    }

    private mutating func forgetWhoHasNoRoom() {
        asking.removeAll { id in
            guard (workers[id]?.room ?? 0) <= 0 else { return false }
            workers[id]?.isAsking = false
            return true
        }
    }

    /// How many tasks each of those who ask would have if they had equally many.
    private func level(with waiting: Int) -> Int {
        // Of very many, those whose turn it is say how many each has.
        let next = asking.prefix(32)
        guard !next.isEmpty else { return 0 }
        let had = next.reduce(0) { $0 + (workers[$1]?.out ?? 0) }
        let (all, some) = (asking.count, next.count)
        return (waiting * some + had * all + all * some - 1) / (all * some)
    }

    /// Takes tasks back that could not be sent because their worker is gone; it is sent nothing before it asks again.
    public mutating func takeBack(_ handOut: HandOut) {
        workers[handOut.worker]?.room = 0
        for task in handOut.batch.tasks where isOut(task.number, to: handOut.worker) { sendAgain(task.number, at: nil) }
    }

    private mutating func take(upTo count: Int, for worker: SessionID, at now: Instant) -> TaskList {
        var tasks = TaskList()
        var bytes = 0
        var isFull: Bool { tasks.count >= count || bytes >= Self.largestBatch.bytes }
        if !again.isEmpty {
            let isAlone = aliveWorkers(at: now) < 2
            var kept: [TaskNumber] = []
            for (index, number) in again.enumerated() {
                guard !isFull else {
                    kept += again[index...]
                    break
                }
                // One that is done by now is no longer under way, and so leaves the queue.
                guard let task = underWay[number], case .waiting(let since) = task.place, !isSuspect(number) else {
                    continue
                }
                let hasWaited = since.map { now - $0 >= settings.retryAfter } ?? true
                guard task.lastWorker != worker || isAlone || hasWaited else {
                    kept.append(number)
                    continue
                }
                bytes += task.text.count
                give(number, to: worker, at: now, &tasks)
            }
            again = kept
        }
        // What was done in an earlier run is passed over.
        let attempts = settings.attempts
        nextFresh = underWay.update(from: nextFresh) { number, task, text in
            guard !isFull else { return false }
            bytes += text.count
            Self.give(number, &task, text, to: worker, at: now, attempts: attempts, &tasks)
            return true
        }
        return tasks
    }

    /// Notes that a worker gets a task.
    private mutating func give(_ number: TaskNumber, to worker: SessionID, at now: Instant, _ tasks: inout TaskList) {
        let attempts = settings.attempts
        _ = underWay.update(from: number) { found, task, text in
            guard found == number else { return false }
            Self.give(number, &task, text, to: worker, at: now, attempts: attempts, &tasks)
            return true
        }
    }

    @inline(__always)
    private static func give(
        _ number: TaskNumber, _ task: inout TaskUnderWay, _ text: UnsafeRawBufferPointer, to worker: SessionID,
        at now: Instant, attempts: Int, _ tasks: inout TaskList
    ) {
        task.place = .out(worker, heard: now)
        task.lastWorker = worker
        task.given = now
        task.isListed = false
        tasks.append(number, attempt: task.attempt, isLastAttempt: task.attempt >= attempts, text: text)
    }
}
