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
            // One that is being replaced because it is spent will not be spent any more.
            if !reason.isGivenUp, reason != .reconfigured, program.replacing?.instance == instance { continue }
            programs[name]?.waiting.append(Replacement(instance: instance, reason: reason))
        }
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

    /// The next one's turn comes.
    mutating func finishReplacing(_ name: String, now: Instant) {
        programs[name]?.replacing = nil
        proceed(name, now: now)
    }
}
