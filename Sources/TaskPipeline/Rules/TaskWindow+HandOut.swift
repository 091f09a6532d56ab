public import SwiftZMQ

extension TaskWindow {
    /// Tasks for a worker, and where it is.
    public struct HandOut: Sendable {
        /// The worker.
        public var worker: SessionID
        /// The routing id of the worker's connection.
        public var connection: Message
        /// The tasks.
        public var batch: TaskBatch
    }

    /// The next tasks to send, and to whom; nil when there are none, or nobody wants any. Call it until it is nil.
    ///
    /// Those who ask are served in turn, each with its share of what waits: none gets all when there is little. A worker
    /// that has enough to do is not sent a few at a time: they wait until they are worth a message, or it has less.
    public mutating func nextHandOut(at now: Instant) -> HandOut? {
        guard !isStopped else { return nil }
        let waiting = again.count + Int(underWay.nextNumber - nextFresh)
        guard waiting > 0 else { return nil }
        var index = 0
        while index < asking.count {
            let id = asking[index]
            guard var worker = workers[id], worker.room > 0 else {
                workers[id]?.isAsking = false
                asking.remove(at: index)
                continue
            }
            unserved = unserved < 1 || unserved > asking.count ? asking.count : unserved
            let share = (waiting + unserved - 1) / unserved
            let count = min(worker.room, share, Self.largestBatch.tasks)
            guard count >= min(worker.room, worker.out / 2, Self.largestBatch.tasks / 2) else {
                index += 1
                continue
            }
            let tasks = take(upTo: count, for: id, at: now)
            guard !tasks.isEmpty else {
                // What waits has just been with it: perhaps the next one can have it.
                index += 1
                continue
            }
            worker.room -= tasks.count
            worker.out += tasks.count
            worker.sent += UInt64(tasks.count)
            worker.lastSent = now
            worker.isAsking = worker.room > 0
            workers[id] = worker
            unserved -= 1
            asking.remove(at: index)
            if worker.isAsking { asking.append(id) }
            return HandOut(worker: id, connection: worker.connection, batch: TaskBatch(run: run, tasks: tasks))
        }
        return nil
    }

    /// Takes tasks back that could not be sent because their worker is gone; it is sent nothing before it asks again.
    public mutating func takeBack(_ handOut: HandOut) {
        workers[handOut.worker]?.room = 0
        for task in handOut.batch.tasks where isOut(task.number, to: handOut.worker) { sendAgain(task.number, at: nil) }
    }

    private mutating func take(upTo count: Int, for worker: SessionID, at now: Instant) -> [PipelineTask] {
        var tasks: [PipelineTask] = []
        tasks.reserveCapacity(count)
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
                guard let task = underWay[number], case .waiting(let since) = task.place else { continue }
                let hasWaited = since.map { now - $0 >= settings.retryAfter } ?? true
                guard task.lastWorker != worker || isAlone || hasWaited else {
                    kept.append(number)
                    continue
                }
                bytes += give(number, to: worker, at: now, &tasks)
            }
            again = kept
        }
        while !isFull, nextFresh < underWay.nextNumber {
            bytes += give(nextFresh, to: worker, at: now, &tasks)
            nextFresh += 1
        }
        return tasks
    }

    /// Notes that a worker gets a task; the size of its text.
    private mutating func give(
        _ number: TaskNumber, to worker: SessionID, at now: Instant, _ tasks: inout [PipelineTask]
    ) -> Int {
        let attempts = settings.attempts
        var size = 0
        underWay.update(number) { task in
            task.place = .out(worker, heard: now)
            task.lastWorker = worker
            size = task.text.count
            tasks.append(
                PipelineTask(
                    number: number, attempt: task.attempt, isLastAttempt: task.attempt >= attempts,
                    text: task.text))
        }
        return size
    }
}
