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
        // Without a collector nobody can say that something is done, and doing it again brings nobody nearer to the end.
        if hasCollector(at: now) || isEnding { sendOverdueAgain(at: now) }
        for (id, worker) in workers where now - worker.heard >= Self.silence {
            workers[id]?.room = 0
            // A worker that comes back is taken for a new one, which does no harm.
            if now - worker.heard >= max(Self.silence * 20, settings.retryAfter * (Self.belief + 1)) {
                workers[id] = nil
            }
        }
    }

    private mutating func sendOverdueAgain(at now: Instant) {
        var overdue: [(number: TaskNumber, isLoss: Bool)] = []
        underWay.forEach { number, task in
            guard case .out(let id, let heard) = task.place, now - heard >= settings.retryAfter else { return }
            let worker = workers[id]
            let isLoss = worker.map { now - $0.heard >= Self.pulse } ?? true
            if !isLoss, task.unreported > 0 {
                // What was done again and again, and not reported, is hardly reported the next time.
                let times = 1 << min(task.unreported, Self.mostDoublings)
                guard now - heard >= settings.retryAfter * times else { return }
            }
            if let worker, task.isListed, worker.listed == heard, !worker.isUnreachable {
                guard now - heard >= max(Self.pulse, settings.retryAfter * Self.belief) else { return }
            }
            overdue.append((number, isLoss))
        }
        for (number, isLoss) in overdue {
            if let holder = underWay[number]?.holder {
                if isLoss { noteLoss(of: number, with: holder) } else { noteUnreported(number, by: holder) }
            }
            if case .givenUp = underWay[number]?.place { continue }
            sendAgain(number, at: now)
            resentCount += 1
        }
    }

    /// A worker lives and has a task no more, whose result has not come.
    private mutating func noteUnreported(_ number: TaskNumber, by holder: SessionID) {
        underWay.update(number) { $0.unreported += 1 }
        // Once is what the end of a collector costs.
        guard let task = underWay[number], task.unreported > 1 else { return }
        let name = workers[holder]?.name ?? ""
        astray = (name.isEmpty ? "a worker" : name, number, task.unreported)
    }

    /// Begins to wait anew for what is out, as there has been nobody who could have said that it is done.
    mutating func forgiveSilence(at now: Instant) {
        var waiting: [(TaskNumber, SessionID)] = []
        underWay.forEach { number, task in
            guard case .out(let id, let heard) = task.place, !(task.isListed && workers[id]?.listed == heard) else {
                return
            }
            waiting.append((number, id))
        }
        for (number, id) in waiting { underWay.update(number) { $0.place = .out(id, heard: now) } }
    }

    /// A worker died with a task, as far as can be told.
    private mutating func noteLoss(of number: TaskNumber, with holder: SessionID) {
        let name = workers[holder]?.name ?? ""
        underWay.noteLoss(of: number, with: name.isEmpty ? "a worker" : name)
        guard underWay.losses(of: number).count >= settings.mostLosses else { return }
        place(number, .givenUp(told: nil))
        lostCount += 1
    }
}
