import ProcessSupport
import SwiftZMQ
import TaskPipeline

/// A pipeline without sockets, on a network that loses, doubles, delays and reorders whatever it carries, with workers
/// that die, connections that break, and a collector that is killed between any two of its steps.
///
/// First comes a time of chaos, then calm, in which everything must come to its end.
struct PipelineModel {
    typealias Instant = Moment

    private enum Envelope {
        case fromWorker(WorkerMessage, connection: Frame)
        case tasks(TaskBatch, connection: Frame)
        case results(ResultBatch)
        case fromCollector(CollectorMessage)
        case toCollector(ProducerMessage, SessionID)
    }

    private struct Worker {
        var session = SessionID.random()
        var connection: Frame
        var assigned: AssignedTasks
        var begun: [PipelineTask] = []
    }

    private struct Collector {
        var session = SessionID.random()
        var run = RunID.none
        var sequencer: ResultSequencer
        var pendingReports = PendingReports()
        var hasEnded = false
    }

    /// What survives a kill: the file of results, and of its journal what is committed.
    private struct Disk {
        var run: RunID?
        var file: [(number: TaskNumber, output: [UInt8], isFailure: Bool)] = []
        var committed = 0
        var input = InputRecord()
    }

    private struct Killed: Error {}

    private var random: SplitMix
    private var now = Instant.now
    private var window: TaskWindow
    private var network: [Envelope] = []
    private var workers: [Worker] = []
    private var collector: Collector
    private var disk = Disk()
    private let total: TaskNumber
    private let isOrdered: Bool
    private var isCalm = false
    private var clock = PresenceClock()
    /// The time that the producer's clock does not know of.
    private var real = Instant.now
    private let settings: PipelineSettings
    private var nextConnection = 0
    private(set) var broken: [String] = []
    private(set) var coverage: [String: Int] = [:]

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
        var settings = PipelineSettings()
        settings.window = .random(in: 1...30, using: &random)
        settings.retryAfter = .seconds(Int.random(in: 1...5, using: &random))
        settings.attempts = 3
        settings.backOff = .milliseconds(Int.random(in: 0...400, using: &random))
        settings.mostLosses = Bool.random(using: &random) ? 1000 : .random(in: 1...3, using: &random)
        self.settings = settings
        window = TaskWindow(run: .random(), settings: settings)
        total = .random(in: 0...60, using: &random)
        now = clock.time(at: real)
        isOrdered = Bool.random(using: &random)
        collector = Collector(sequencer: ResultSequencer(isOrdered: isOrdered))
        for _ in 0..<Int.random(in: 1...4, using: &random) { workers.append(newWorker()) }
    }

    mutating func run(steps: Int) {
        for _ in 0..<steps {
            step()
            guard broken.isEmpty else { return }
        }
        isCalm = true
        for _ in 0..<400 where !isOver { calmRound() }
        check()
    }

    private var isOver: Bool { window.isFinished && window.hasCollectorEnded }

    // MARK: What must hold

    /// The task's text, and what its job makes of it; some fail at first, some always.
    private func text(_ number: TaskNumber) -> ArraySlice<UInt8> { Array("task \(number)".utf8)[...] }
    private func output(_ number: TaskNumber) -> [UInt8] { Array("done \(number)".utf8) }
    private func fails(_ number: TaskNumber, attempt: UInt32) -> Bool {
        number % 7 == 0 || (number % 5 == 0 && attempt == 1)
    }

    private mutating func check() {
        guard isOver else { return broken.append("it did not come to its end: \(window.doneCount) of \(total) done") }
        let numbers = disk.file.map(\.number)
        if numbers.sorted() != Array(0..<total).map({ $0 + 1 }) {
            broken.append("not every result once: \(numbers)")
        }
        if isOrdered, numbers != numbers.sorted() { broken.append("not in order: \(numbers)") }
        for line in disk.file {
            let isLost = line.output.isEmpty && line.isFailure && settings.mostLosses < 1000
            if isLost { note("given up") }
            guard !isLost, line.output != output(line.number) || line.isFailure != (line.number % 7 == 0) else {
                continue
            }
            broken.append("the wrong result for \(line.number)")
        }
        if disk.committed != disk.file.count { broken.append("not all of the file is committed") }
        if window.doneCount != total || window.failedCount != UInt64(disk.file.count(where: \.isFailure)) {
            broken.append("the producer counts \(window.doneCount) done, \(window.failedCount) failed of \(total)")
        }
    }

    // MARK: Chaos

    private mutating func step() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<15: read()
        case 15..<50: deliverOne()
        case 50..<65: work()
        case 65..<75: speak()
        case 75..<82: collectorSpeaks()
        case 82..<84: loseWorker()
        case 84..<86: loseConnection()
        case 86..<88: restartCollector()
        case 88: restartEverything()
        case 89: standStill()
        default: pass(.milliseconds(Int.random(in: 0...800, using: &random)))
        }
        handOut()
    }

    private mutating func calmRound() {
        pass(.milliseconds(500))
        while window.hasRoom, window.readCount < total { read() }
        read()
        handOut()
        for index in workers.indices { heartbeat(index) }
        collectorSpeaks()
        while !network.isEmpty {
            deliverOne()
            handOut()
            for index in workers.indices { finishAll(index) }
        }
    }

    private mutating func pass(_ duration: Duration) {
        // In steps, as a program that runs looks at its clock.
        var rest = duration
        while rest > .zero {
            let step = min(rest, .milliseconds(400))
            rest -= step
            real += step
            now = clock.time(at: real)
            window.tick(at: now)
            for message in window.lostTasks(at: now) {
                note("told of a lost task")
                send(.toCollector(message, collector.session))
            }
        }
    }

    /// The producer is stopped for a while, and workers and collector are not.
    private mutating func standStill() {
        note("stood still")
        // What was due before is no matter of the standstill.
        window.tick(at: now)
        let resent = window.resentCount
        real += .seconds(12)
        now = clock.time(at: real)
        window.tick(at: now)
        if window.resentCount != resent { broken.append("its own standstill was taken for others' silence") }
    }

    /// All processes are killed, and another run goes on with what is on the disk.
    private mutating func restartEverything() {
        note("all killed")
        restartCollector()
        network.removeAll()
        for index in workers.indices { workers[index] = newWorker() }
        window = TaskWindow(run: .random(), settings: settings, resumes: true)
    }

    private mutating func read() {
        if window.readCount < total {
            if window.hasRoom { window.add(text(window.readCount + 1)) }
        } else {
            window.endInput()
        }
    }

    private mutating func handOut() {
        while let next = window.nextHandOut(at: now) { send(.tasks(next.batch, connection: next.connection)) }
    }

    private mutating func send(_ envelope: Envelope) {
        network.append(envelope)
    }

    private mutating func deliverOne() {
        guard !network.isEmpty else { return }
        let index = isCalm ? 0 : Int.random(in: 0..<network.count, using: &random)
        let envelope = network.remove(at: index)
        if !isCalm {
            switch Int.random(in: 0..<10, using: &random) {
            case 0: return note("lost")
            case 1:
                network.append(envelope)
                note("doubled")
            default: break
            }
        }
        do {
            try deliver(envelope)
        } catch is Killed {
            note("killed while writing")
            restartCollector()
        } catch {
            broken.append("\(error)")
        }
    }

    /// Everything goes through its bytes, as on a wire.
    private mutating func deliver(_ envelope: Envelope) throws {
        switch envelope {
        case .fromWorker(let message, let connection):
            window.hear(try WorkerMessage(Message(message.encoded)), from: connection, at: now)
        case .tasks(let batch, let connection):
            guard let index = workers.firstIndex(where: { $0.connection == connection }) else { return note("nobody") }
            workers[index].assigned.receive(try TaskBatch(Message(batch.encoded)), at: now)
        case .results(let batch): try collect(ResultBatch(Message(batch.encoded)))
        case .fromCollector(let message):
            let answers = window.hear(try CollectorMessage(Message(message.encoded)), at: now)
            for answer in answers { send(.toCollector(answer, message.collector)) }
        case .toCollector(let message, let session):
            guard session == collector.session else { return note("nobody") }
            hear(try ProducerMessage(Message(message.encoded)))
        }
    }

    // MARK: Workers

    private mutating func newWorker() -> Worker {
        Worker(connection: newConnection(), assigned: AssignedTasks(concurrency: .random(in: 1...3, using: &random)))
    }

    private mutating func newConnection() -> Frame {
        nextConnection += 1
        return "\(nextConnection)"
    }

    private mutating func loseWorker() {
        let index = workers.indices.randomElement(using: &random) ?? 0
        workers[index] = newWorker()
        note("worker killed")
    }

    private mutating func loseConnection() {
        let index = workers.indices.randomElement(using: &random) ?? 0
        workers[index].connection = newConnection()
        note("connection lost")
    }

    private mutating func work() {
        let index = workers.indices.randomElement(using: &random) ?? 0
        if Bool.random(using: &random), let task = workers[index].assigned.begin(at: now) {
            workers[index].begun.append(task)
        } else if let place = workers[index].begun.indices.randomElement(using: &random) {
            finish(workers[index].begun.remove(at: place), at: index)
        }
    }

    private mutating func finishAll(_ index: Int) {
        while let task = workers[index].assigned.begin(at: now) { workers[index].begun.append(task) }
        while let task = workers[index].begun.popLast() { finish(task, at: index) }
        if let ask = workers[index].assigned.ask() { say(.ask(ask), at: index) }
    }

    private mutating func finish(_ task: PipelineTask, at index: Int) {
        let run = workers[index].assigned.run
        if !isCalm, Int.random(in: 0..<12, using: &random) == 0 {
            note("given back")
            guard workers[index].assigned.giveUp(task.number, of: run, at: now) else { return }
            return say(.returned(NumberSet([task.number])), at: index)
        }
        _ = workers[index].assigned.finish(task.number, of: run, at: now)
        let hasFailed = fails(task.number, attempt: task.attempt)
        if hasFailed, !task.isLastAttempt {
            let failure = FailedAttempt(number: task.number, attempt: task.attempt, status: 1)
            say(.failed([failure]), at: index)
        } else {
            let result = TaskResult(
                number: task.number, worker: "w", status: hasFailed ? 1 : 0, nanoseconds: 0, text: task.text,
                output: output(task.number)[...])
            send(.results(ResultBatch(run: run, worker: "w", results: [result])))
        }
    }

    private mutating func speak() {
        let index = workers.indices.randomElement(using: &random) ?? 0
        if let returned = workers[index].assigned.tasksToReturn(at: now) {
            note("returned")
            say(.returned(returned), at: index)
        }
        heartbeat(index)
    }

    private mutating func heartbeat(_ index: Int) {
        let ask = workers[index].assigned.heartbeat()
        say(.ask(ask), at: index)
    }

    private mutating func say(_ body: WorkerMessage.Body, at index: Int) {
        let worker = workers[index]
        send(
            .fromWorker(
                WorkerMessage(run: worker.assigned.run, worker: worker.session, body: body),
                connection: worker.connection))
    }

    // MARK: Collector

    private mutating func restartCollector() {
        // What is not committed is cut off when it starts again.
        disk.file.removeSubrange(disk.committed...)
        collector = Collector(sequencer: ResultSequencer(isOrdered: isOrdered))
        note("collector killed")
    }

    private mutating func collectorSpeaks() {
        guard !collector.hasEnded else { return }
        tell(.hello)
        for report in collector.pendingReports.overdueReports(at: now) { tell(.report(report)) }
    }

    private mutating func tell(_ body: CollectorMessage.Body) {
        send(.fromCollector(CollectorMessage(run: collector.run, collector: collector.session, body: body)))
    }

    private mutating func hear(_ message: ProducerMessage) {
        switch message.body {
        case .input(let input):
            guard message.run == collector.run else { return }
            disk.input.update(with: input)
        case .run(let done, let resumes):
            if resumes, collector.run == message.run { sayRecovered() }
            guard collector.run == .none else { return }
            collector.run = message.run
            if disk.run != message.run {
                if resumes { disk.run = message.run } else { disk = Disk(run: message.run) }
            }
            var passed = NumberSet(disk.file.map(\.number))
            collector.pendingReports.noteDone(passed, failed: NumberSet(disk.file.filter(\.isFailure).map(\.number)))
            passed.formUnion(done)
            collector.sequencer = ResultSequencer(isOrdered: isOrdered, done: passed)
            if resumes { sayRecovered() }
            report()
        case .lost(let task):
            guard message.run == collector.run else { return }
            let result = TaskResult(
                number: task.number, worker: "", status: TaskStatus.lost, nanoseconds: 0, text: task.text, output: [])
            do {
                try collect(ResultBatch(run: message.run, worker: "", results: [result]))
            } catch {
                restartCollector()
            }
        case .acknowledged(let sequences): collector.pendingReports.acknowledge(sequences)
        case .finished:
            if collector.pendingReports.isClear { tell(.goodbye) }
        case .farewell, .replaced: break
        }
    }

    private mutating func sayRecovered() {
        var results = RecoveredResults(input: disk.input)
        for line in disk.file {
            results.done.insert(line.number)
            results.digest.add(line.number, text(line.number))
            if line.isFailure { results.failed.insert(line.number) }
        }
        tell(.recovered(results))
    }

    private mutating func collect(_ batch: ResultBatch) throws {
        guard collector.run == batch.run else { return note("not its run") }
        var written: [TaskResult] = []
        for result in batch.results {
            switch collector.sequencer.admit(result) {
            case .write:
                written.append(result)
                while let next = collector.sequencer.release() { written.append(next) }
            case .hold:
                collector.pendingReports.noteHeld(result.number)
                note("held")
            case .holdStill: collector.pendingReports.noteHeld(result.number)
            case .drop: note("dropped")
            }
        }
        try mayBeKilled()
        disk.file += written.map { ($0.number, Array($0.output), $0.status != 0) }
        try mayBeKilled()
        disk.committed = disk.file.count
        try mayBeKilled()
        for result in written { collector.pendingReports.noteDone(result.number, hasFailed: result.status != 0) }
        report()
    }

    private mutating func mayBeKilled() throws {
        if !isCalm, Int.random(in: 0..<40, using: &random) == 0 { throw Killed() }
    }

    private mutating func report() {
        while let report = collector.pendingReports.nextReport(at: now) { tell(.report(report)) }
    }

    private mutating func note(_ event: String) {
        coverage[event, default: 0] += 1
    }
}
