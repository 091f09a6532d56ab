import SystemSupport

extension ProgramSupervision {
    /// A process runs.
    package mutating func started(_ process: ProgramProcess, as number: Int32, now: Instant) {
        guard let life = lives[process] else { return }
        lives[process]?.process = number
        actions.append(.report(.started(life.program, instance: life.instance, process: number)))
        // It was told to before it had a number.
        if life.phase == .ending { actions.append(.terminate(process, process: number)) }
        if life.phase == .killed { actions.append(.kill(process, process: number)) }
    }

    /// A worker of a process has registered.
    package mutating func connected(_ process: ProgramProcess, now: Instant) {
        lives[process]?.hasWorker = true
        comeUp(process, hasWorker: true, now: now)
    }

    /// The workers of a process that was retired have finished their requests.
    package mutating func becameIdle(_ process: ProgramProcess, now: Instant) {
        guard lives[process]?.phase == .retiring else { return }
        tellToEnd(process, now: now)
    }

    /// A process has served as many requests as it is to, or has grown as large as it may.
    package mutating func isSpent(_ process: ProgramProcess, because reason: ReplacementReason, now: Instant) {
        guard let life = lives[process], life.phase == .up, place(of: life)?.current == process else { return }
        if case .memory = reason, !isReplacedForSize(process, life, now: now) { return }
        replace(life.program, [life.instance], because: reason, now: now)
    }

    /// A process has ended, and what was left of its group; or it could not be started.
    ///
    /// - Parameter ending: how, in words.
    package mutating func ended(_ process: ProgramProcess, _ ending: String, now: Instant) {
        guard let life = lives.removeValue(forKey: process) else { return }
        actions.append(.forget(process))
        if life.isLeaving {
            actions.append(.report(.left(life.program, instance: life.instance, process: life.process)))
            if programs[life.program]?.replacing?.leaving == process { finishReplacing(life.program, now: now) }
            return
        }
        var pause: Duration?
        let place = place(of: life)
        if place?.successor == process {
            pause = successorEnded(life, now: now)
        } else if place?.current == process {
            pause = currentEnded(life, now: now)
        }
        actions.append(
            .report(
                .ended(life.program, instance: life.instance, process: life.process, ending: ending, pause: pause)))
        sayIfFailing(life)
    }

    /// Lets time pass.
    package mutating func advance(to now: Instant) {
        for (process, life) in lives {
            if let deadline = life.deadline, deadline <= now { timeIsOver(for: process, life, now: now) }
        }
        for (name, program) in programs {
            for place in program.places {
                if let start = place.nextStart, start <= now {
                    programs[name]?.restarts += 1
                    self.start(name, place.instance, asSuccessor: place.current != nil, now: now)
                }
                if place.isFailing, let current = place.current, let life = lives[current],
                    life.start + Self.longLife <= now
                {
                    recover(life)
                }
            }
        }
    }

    private mutating func timeIsOver(for process: ProgramProcess, _ life: Life, now: Instant) {
        switch life.phase {
        // One that the system has not started yet is no use to anybody.
        case .starting where life.process == nil: lives[process]?.deadline = now + Self.longLife
        case .starting where !replacesOneThatServes(process, life): comeUp(process, hasWorker: false, now: now)
        case .starting: awaitLateSuccessor(process, life, now: now)
        case .retiring: tellToEnd(process, now: now)
        case .ending:
            lives[process]?.phase = .killed
            lives[process]?.deadline = nil
            guard let number = life.process else { return }
            actions.append(.kill(process, process: number))
            actions.append(.report(.killed(life.program, instance: life.instance, process: number)))
        case .up, .killed: lives[process]?.deadline = nil
        }
    }

    mutating func comeUp(_ process: ProgramProcess, hasWorker: Bool, now: Instant) {
        guard let life = lives[process], life.phase == .starting else { return }
        lives[process]?.phase = .up
        lives[process]?.deadline = nil
        actions.append(
            .report(
                .up(life.program, instance: life.instance, process: life.process ?? 0, hasWorker: hasWorker)))
        guard let place = place(of: life), place.successor == process else { return }
        let old = place.current
        withPlace(life.program, life.instance) {
            $0.current = process
            $0.successor = nil
        }
        let reason = programs[life.program]?.replacing?.reason
        if let reason {
            actions.append(.report(.replaced(life.program, instance: life.instance, reason)))
        }
        guard let old, lives[old] != nil else { return finishReplacing(life.program, now: now) }
        programs[life.program]?.replacing?.leaving = old
        retire(old, because: reason, now: now)
    }

    /// The process that served has ended by itself.
    private mutating func currentEnded(_ life: Life, now: Instant) -> Duration? {
        let pause = countLife(life, now: now)
        guard let place = place(of: life), place.successor == nil else {
            // The one that was to take its place has it at once; when it is up, the next one's turn comes.
            withPlace(life.program, life.instance) { $0.current = nil }
            if let successor = self.place(of: life)?.successor, lives[successor]?.isLate == true {
                lives[successor]?.deadline = now
            }
            return nil
        }
        // One that was waiting to be replaced has been by this.
        programs[life.program]?.waiting.removeAll { $0.instance == life.instance }
        withPlace(life.program, life.instance) { $0.current = nil }
        guard !isDraining else { return nil }
        withPlace(life.program, life.instance) { $0.nextStart = now + pause }
        if programs[life.program]?.replacing?.instance == life.instance { finishReplacing(life.program, now: now) }
        return pause
    }

    /// The process that was to replace another has ended before it was up.
    private mutating func successorEnded(_ life: Life, now: Instant) -> Duration? {
        let pause = countLife(life, now: now)
        let isAlone = place(of: life)?.current == nil
        withPlace(life.program, life.instance) { $0.successor = nil }
        guard let replacement = programs[life.program]?.replacing, !isDraining else { return nil }
        if replacement.reason.isGivenUp, !isAlone {
            actions.append(.report(.replacementFailed(life.program, instance: life.instance, replacement.reason)))
            programs[life.program]?.waiting.removeAll { $0.reason.isGivenUp }
            finishReplacing(life.program, now: now)
            return nil
        }
        withPlace(life.program, life.instance) { $0.nextStart = now + pause }
        if isAlone { finishReplacing(life.program, now: now) }
        return pause
    }

    /// Takes note of how long a process lived; how long to wait before the next.
    private mutating func countLife(_ life: Life, now: Instant) -> Duration {
        var pause = Self.pauses.first
        if now - life.start >= Self.longLife { recover(life) }
        withPlace(life.program, life.instance) { place in
            place.shortLives = now - life.start >= Self.longLife ? 0 : place.shortLives + 1
            pause = place.pause.next()
        }
        return pause
    }

    private mutating func recover(_ life: Life) {
        var wasFailing = false
        withPlace(life.program, life.instance) { place in
            wasFailing = place.isFailing
            place.isFailing = false
            place.shortLives = 0
            place.pause.reset()
        }
        if wasFailing { actions.append(.report(.recovered(life.program, instance: life.instance))) }
    }

    private mutating func sayIfFailing(_ life: Life) {
        var isNew = false
        withPlace(life.program, life.instance) { place in
            isNew = place.shortLives >= Self.shortLivesUntilSaid && !place.isFailing
            if isNew { place.isFailing = true }
        }
        if isNew { actions.append(.report(.keepsEnding(life.program, instance: life.instance))) }
    }
}
