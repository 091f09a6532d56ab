extension TaskWindow {
    /// Does what is due: sends again what nobody has spoken of for too long, and forgets who is silent.
    public mutating func tick(at now: Instant) {
        var overdue: [TaskNumber] = []
        underWay.forEach { number, task in
            guard case .out(let worker, let heard) = task.place, now - heard >= settings.retryAfter else { return }
            let isHeld = workers[worker].map { $0.listed == heard && now - heard < Self.pulse } ?? false
            if !isHeld { overdue.append(number) }
        }
        for number in overdue {
            sendAgain(number, at: now)
            resentCount += 1
        }
        for (id, worker) in workers where now - worker.heard >= Self.silence {
            workers[id]?.room = 0
            // A worker that comes back is taken for a new one, which does no harm.
            if now - worker.heard >= Self.silence * 20 { workers[id] = nil }
        }
    }
}
