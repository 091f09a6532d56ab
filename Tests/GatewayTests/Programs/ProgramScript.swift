import Gateway

/// Plays events to a ``ProgramSupervision`` and writes down what it wants done, one line each: `start a 1 as p1`.
struct ProgramScript {
    var supervision = ProgramSupervision(drainTimeout: .seconds(10))
    var now = ContinuousClock.now
    /// What happened beside: the reports by their names.
    private(set) var reports: [String] = []

    static func program(_ name: String, _ count: Int = 1, run: String = "run") -> ProgramConfiguration {
        var program = ProgramConfiguration(name: name, run: run)
        program.count = count
        return program
    }

    mutating func apply(_ programs: ProgramConfiguration...) { supervision.apply(programs, now: now) }

    /// A process is started, and its worker registers.
    mutating func comeUp(_ numbers: Int...) {
        for number in numbers {
            start(number)
            supervision.connected(ProgramProcess(number), now: now)
        }
    }

    mutating func start(_ number: Int) {
        supervision.started(ProgramProcess(number), as: Int32(1000 + number), now: now)
    }

    mutating func becomeIdle(_ number: Int) { supervision.becameIdle(ProgramProcess(number), now: now) }

    mutating func end(_ number: Int) { supervision.ended(ProgramProcess(number), "exit status 0", now: now) }

    @discardableResult
    mutating func restart(_ name: String, _ reason: ReplacementReason = .asked) -> Int? {
        supervision.restart(name, because: reason, now: now)
    }

    mutating func pass(_ duration: Duration) {
        now += duration
        supervision.advance(to: now)
    }

    /// What is wanted since the last call.
    mutating func log() -> [String] {
        supervision.takeActions().compactMap { action in
            switch action {
            case .start(let process, let program, let instance):
                return "start \(program.name) \(instance) as p\(process.number)"
            case .retire(let process): return "retire p\(process.number)"
            case .release(let process): return "release p\(process.number)"
            case .forget(let process): return "forget p\(process.number)"
            case .terminate(let process, let number): return "terminate p\(process.number) \(number)"
            case .kill(let process, let number): return "kill p\(process.number) \(number)"
            case .report(let report):
                reports.append("\(report)".prefix { $0 != "(" }.description)
                return nil
            }
        }
    }
}
