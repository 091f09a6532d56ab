import SystemSupport

extension ProgramSupervision {
    /// Replaces every process of a program, one after another.
    mutating func replaceAll(of name: String, because reason: ReplacementReason, now: Instant) {
        replace(name, programs[name]?.places.map(\.instance) ?? [], because: reason, now: now)
    }

    /// Replaces the processes of some places, one after another. A place that waits for it already does so once, for the
    /// stronger reason: what is given up for one reason may not be for another.
    mutating func replace(_ name: String, _ instances: [Int], because reason: ReplacementReason, now: Instant) {
        guard !isDraining else { return }
        for instance in instances {
            guard let program = programs[name] else { return }
            if let index = program.waiting.firstIndex(where: { $0.instance == instance }) {
                if program.waiting[index].reason.isGivenUp {
                    programs[name]?.waiting[index] = Replacement(instance: instance, reason: reason)
                }
                continue
            }
            // A process that is being replaced and is spent has to go, whatever it is replaced for.
            if !reason.isGivenUp, reason != .reconfigured, let replacing = program.replacing,
                replacing.instance == instance, replacing.leaving == nil
            {
                if replacing.reason.isGivenUp {
                    programs[name]?.replacing = Replacement(instance: instance, reason: reason)
                }
                continue
            }
            programs[name]?.waiting.append(Replacement(instance: instance, reason: reason))
        }
        endOvertakenSuccessor(of: name, now: now)
        proceed(name, now: now)
    }

    /// Begins with the next replacement, if none is under way.
    mutating func proceed(_ name: String, now: Instant) {
        while let program = programs[name], program.replacing == nil, !program.waiting.isEmpty, !isDraining {
            let next = program.waiting[0]
            programs[name]?.waiting.removeFirst()
            guard let place = program.places.first(where: { $0.instance == next.instance }) else { continue }
            programs[name]?.restarts += 1
            if let current = place.current, lives[current]?.phase == .up {
                programs[name]?.replacing = next
                start(name, next.instance, asSuccessor: true, now: now)
                continue
            }
            // Nobody is served by one that is not up: the new one is not waited for, but its own end is.
            if let current = place.current {
                programs[name]?.replacing = Replacement(
                    instance: next.instance, reason: next.reason, leaving: current)
                retire(current, now: now)
            }
            withPlace(name, next.instance) {
                $0.current = nil
                $0.pause.reset()
            }
            start(name, next.instance, asSuccessor: false, now: now)
        }
    }

    /// Whether a process that is too large is to be replaced now.
    ///
    /// If the one before it was too large soon after its start as well, the program is simply that large: another process
    /// would be no smaller, and starting one after the other would take all of a processor. So this one is left alone for 30 s,
    /// and each next one for twice as long, up to ten minutes.
    mutating func isReplacedForSize(_ process: ProgramProcess, _ life: Life, now: Instant) -> Bool {
        if life.grown == nil {
            lives[process]?.grown = now
            withPlace(life.program, life.instance) { place in
                place.quickGrowths = now - life.start < Self.longLife ? place.quickGrowths + 1 : 0
            }
            if place(of: life)?.quickGrowths == 2 {
                actions.append(.report(.keepsGrowing(life.program, instance: life.instance)))
            }
        }
        let quickGrowths = place(of: life)?.quickGrowths ?? 0
        guard quickGrowths >= 2 else { return true }
        let pause = min(Self.growthPauses.first * (1 << min(quickGrowths - 2, 8)), Self.growthPauses.longest)
        return now - (life.grown ?? now) >= pause
    }

    // MARK: A new process without a worker

    /// Whether a process is to take the place of one that serves, and therefore has to serve itself before that one goes.
    func replacesOneThatServes(_ process: ProgramProcess, _ life: Life) -> Bool {
        guard let place = place(of: life), place.successor == process, let current = place.current else { return false }
        return lives[current]?.hasWorker == true
    }

    /// The process that is to take the place of one that serves has run for long, and no worker of it has registered. It may
    /// have much to load: it is waited for, unless its place is to be replaced again already.
    mutating func awaitLateSuccessor(_ process: ProgramProcess, _ life: Life, now: Instant) {
        guard now < life.start + Self.longestStart else {
            // What is configured counts in the end: it may be none that serves any more.
            if programs[life.program]?.replacing?.reason == .reconfigured {
                comeUp(process, hasWorker: false, now: now)
            } else {
                giveUpSuccessor(process, life, now: now)
            }
            return
        }
        lives[process]?.isLate = true
        lives[process]?.deadline = life.start + Self.longestStart
        actions.append(.report(.late(life.program, instance: life.instance, process: life.process ?? 0)))
        endOvertakenSuccessor(of: life.program, now: now)
    }

    /// Ends a process without a worker if its place waits to be replaced again: a later change may mend what keeps it from
    /// registering.
    private mutating func endOvertakenSuccessor(of name: String, now: Instant) {
        guard let program = programs[name], let instance = program.replacing?.instance,
            program.waiting.contains(where: { $0.instance == instance }),
            let process = program.places.first(where: { $0.instance == instance })?.successor,
            let life = lives[process], life.isLate
        else { return }
        giveUpSuccessor(process, life, now: now)
    }

    /// Ends a process that was to take the place of one that serves, which stays.
    private mutating func giveUpSuccessor(_ process: ProgramProcess, _ life: Life, now: Instant) {
        withPlace(life.program, life.instance) { $0.successor = nil }
        tellToEnd(process, now: now)
        guard let program = programs[life.program], let replacement = program.replacing, !isDraining else { return }
        let isOvertaken = program.waiting.contains { $0.instance == life.instance }
        guard isOvertaken || replacement.reason.isGivenUp else {
            withPlace(life.program, life.instance) { $0.nextStart = now + Self.pauses.longest }
            return
        }
        if !isOvertaken {
            actions.append(.report(.replacementFailed(life.program, instance: life.instance, replacement.reason)))
            programs[life.program]?.waiting.removeAll { $0.reason.isGivenUp }
        }
        finishReplacing(life.program, now: now)
    }

    /// The next one's turn comes.
    mutating func finishReplacing(_ name: String, now: Instant) {
        programs[name]?.replacing = nil
        proceed(name, now: now)
    }
}
