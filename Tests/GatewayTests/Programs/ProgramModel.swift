import Gateway
import ProcessSupport
import Testing

/// Programs that come, go, change and are restarted at random, whose processes come up or not and end when they like.
struct ProgramModel: RandomModel {
    private struct Process {
        let program: String
        let instance: Int
        var isUp = false
        var isRetired = false
        var isTold = false
        var isReleased = false
        var isKilled = false
        var number: Int32?
    }

    private(set) var broken: [String] = []
    private(set) var coverage: [String: Int] = [:]
    private var random: SplitMix
    private var supervision = ProgramSupervision(drainTimeout: .seconds(5))
    private var now = ContinuousClock.now
    private var processes: [Int: Process] = [:]
    private var wanted: [String: Int] = [:]
    private var isDraining = false
    private var nextNumber: Int32 = 100

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
    }

    mutating func run(steps: Int) {
        for _ in 0..<steps {
            step()
            carryOut()
        }
        settle()
        drain()
    }

    private mutating func step() {
        let some = processes.keys.sorted().randomElement(using: &random)
        let process = ProgramProcess(some ?? 0)
        switch Int.random(in: 0..<14, using: &random) {
        case 0: reconfigure()
        case 1, 2:
            let name = ["a", "b"].randomElement(using: &random) ?? ""
            let reason: ReplacementReason = Bool.random(using: &random) ? .asked : .fileChanged
            let count = supervision.restart(name, because: reason, now: now)
            if count != wanted[name] { broken.append("a restart of \(name) found \(String(describing: count))") }
        case 3, 4: if let some, processes[some]?.number == nil { start(some) }
        case 5, 6, 7:
            guard let some, let known = processes[some] else { return }
            if known.number == nil { start(some) }
            if !known.isRetired, !known.isTold {
                processes[some]?.isUp = true
                supervision.connected(process, now: now)
            }
        case 8: if let some, processes[some]?.isRetired == true { supervision.becameIdle(process, now: now) }
        case 9: if let some { end(some) }
        case 10: if some != nil { supervision.isSpent(process, because: .requests, now: now) }
        case 11:
            now += .seconds(Int.random(in: 0..<40, using: &random))
            supervision.advance(to: now)
        default:
            now += .milliseconds(Int.random(in: 0..<500, using: &random))
            supervision.advance(to: now)
        }
    }

    private mutating func start(_ number: Int) {
        nextNumber += 1
        processes[number]?.number = nextNumber
        supervision.started(ProgramProcess(number), as: nextNumber, now: now)
    }

    private mutating func end(_ number: Int) {
        processes[number] = nil
        supervision.ended(ProgramProcess(number), "exit status 0", now: now)
    }

    private mutating func reconfigure() {
        var programs: [ProgramConfiguration] = []
        for name in ["a", "b"] where Int.random(in: 0..<4, using: &random) > 0 {
            var program = ProgramConfiguration(name: name, run: "run \(Int.random(in: 0..<2, using: &random))")
            program.count = Int.random(in: 1...3, using: &random)
            programs.append(program)
        }
        wanted = Dictionary(uniqueKeysWithValues: programs.map { ($0.name, $0.count) })
        supervision.apply(programs, now: now)
        // What was taken away may be retired without another in its place.
        carryOut(mayShrink: true)
    }

    private mutating func carryOut(mayShrink: Bool = false) {
        for action in supervision.takeActions() { carryOut(action, mayShrink) }
        let living = Dictionary(grouping: processes.values.filter { !$0.isRetired && !$0.isTold }) {
            "\($0.program) \($0.instance)"
        }
        for (place, processes) in living where processes.count > 2 {
            broken.append("\(processes.count) processes stand in place \(place)")
        }
        // The driver would sleep for ever, or not at all.
        if let deadline = supervision.nextDeadline, deadline < now - .seconds(60) {
            broken.append("a deadline was missed")
        }
    }

    private mutating func carryOut(_ action: ProgramAction, _ mayShrink: Bool) {
        switch action {
        case .start(let process, let program, let instance):
            if isDraining { broken.append("a process was started during the drain") }
            if wanted[program.name, default: 0] < instance {
                broken.append("\(program.name) \(instance) is not wanted")
            }
            if processes[process.number] != nil { broken.append("\(process.number) was given twice") }
            processes[process.number] = Process(program: program.name, instance: instance)
            note("start")
        case .retire(let process):
            guard let old = processes[process.number] else { return broken.append("retired what is gone") }
            if old.isRetired || old.isTold { broken.append("retired twice") }
            let isReplaced = processes.values.contains {
                $0.program == old.program && $0.instance == old.instance && $0.isUp && !$0.isRetired
                    && $0.number != old.number
            }
            if old.isUp, !isReplaced, !mayShrink { broken.append("one that served was retired before another was up") }
            processes[process.number]?.isRetired = true
            note(old.isUp ? "retire" : "retire early")
        case .release(let process):
            if processes[process.number] == nil { broken.append("released what is gone") }
            processes[process.number]?.isReleased = true
        case .forget(let process): if processes[process.number] != nil { broken.append("forgot what runs") }
        case .terminate(let process, let number):
            if processes[process.number]?.number != number { broken.append("told another to end") }
            processes[process.number]?.isTold = true
            note("terminate")
        case .kill(let process, let number):
            if processes[process.number]?.number != number { broken.append("killed another") }
            if processes[process.number]?.isReleased != true { broken.append("killed one that was not to end") }
            processes[process.number]?.isKilled = true
            note("kill")
        case .report(let report):
            note("\(report)".prefix { $0 != "(" }.description)
            // One that has run for long counts as up without a worker, too.
            guard case .up(_, _, let number, _) = report else { return }
            for (key, process) in processes where process.number == number { processes[key]?.isUp = true }
        }
    }

    private mutating func note(_ outcome: String) { coverage[outcome, default: 0] += 1 }

    /// When everything comes up and ends as it is told to, as many run as are wanted.
    private mutating func settle() {
        for _ in 0..<400 {
            for number in processes.keys.sorted() {
                if processes[number]?.number == nil { start(number) }
                carryOut()
                guard let process = processes[number] else { continue }
                if process.isTold || process.isKilled {
                    end(number)
                } else if process.isRetired {
                    supervision.becameIdle(ProgramProcess(number), now: now)
                } else if !process.isUp {
                    processes[number]?.isUp = true
                    supervision.connected(ProgramProcess(number), now: now)
                }
                carryOut()
            }
            now += .seconds(1)
            supervision.advance(to: now)
            carryOut()
            if counts == wanted, !supervision.snapshot().contains(where: \.isRestarting) { return }
        }
        if counts != wanted { broken.append("wanted were \(wanted), and there are \(counts)") }
        if supervision.snapshot().contains(where: \.isRestarting) { broken.append("a restart never ends") }
    }

    /// How many processes of each program there are.
    private var counts: [String: Int] { processes.values.reduce(into: [:]) { $0[$1.program, default: 0] += 1 } }

    private mutating func drain() {
        isDraining = true
        supervision.drain(now: now)
        carryOut()
        supervision.end(now: now)
        carryOut()
        for number in processes.keys.sorted() where Bool.random(using: &random) { end(number) }
        now += .seconds(5)
        supervision.advance(to: now)
        carryOut()
        // One that is only now started is killed at once.
        for number in processes.keys.sorted() where processes[number]?.number == nil { start(number) }
        carryOut()
        for (number, process) in processes {
            if !process.isKilled { broken.append("\(number) was not killed in the end") }
            end(number)
        }
        carryOut()
        if !supervision.isEmpty { broken.append("it does not know that all is over") }
    }
}
