extension TaskWindow {
    /// Does what is due: sends again what nobody has spoken of for too long, and forgets who is silent.
    ///
    /// - Parameter now: by a clock that stands still when this program does: its own standstill is no silence of others.
    public mutating func tick(at now: Instant) {
        while let first = delayed.first, first.due <= now {
            delayed.removeFirst()
            // One that is done by now, or was handed out after a collector was replaced, is seen to when it is its turn.
            if isSuspect(first.number) { suspects.append(first.number) } else { again.append(first.number) }
        }
        pace.note(done: doneCount - resumedCount, at: now)
        var overdue: [(number: TaskNumber, isLoss: Bool)] = []
        underWay.forEach { number, task in
            guard case .out(let id, let heard) = task.place, now - heard >= settings.retryAfter else { return }
            let worker = workers[id]
            if let worker, task.isListed, worker.listed == heard, !worker.isUnreachable {
                guard now - heard >= max(Self.pulse, settings.retryAfter * Self.belief) else { return }
            }
            overdue.append((number, worker.map { now - $0.heard >= Self.pulse } ?? true))
        }
        for (number, isLoss) in overdue {
            if isLoss, let holder = underWay[number]?.holder { noteLoss(of: number, with: holder) }
            if case .givenUp = underWay[number]?.place { continue }
            sendAgain(number, at: now)
            resentCount += 1
        }
        for (id, worker) in workers where now - worker.heard >= Self.silence {
            workers[id]?.room = 0
            // A worker that comes back is taken for a new one, which does no harm.
            if now - worker.heard >= max(Self.silence * 20, settings.retryAfter * (Self.belief + 1)) {
                workers[id] = nil
            }
        }
    }

    /// A worker died with a task, as far as can be told.
    private mutating func noteLoss(of number: TaskNumber, with holder: SessionID) {
        let name = workers[holder]?.name ?? ""
        underWay.update(number) { $0.losses.append(name.isEmpty ? "a worker" : name) }
        guard let losses = underWay[number]?.losses.count, losses >= settings.mostLosses else { return }
        place(number, .givenUp(told: nil))
        lostCount += 1
    }
}
