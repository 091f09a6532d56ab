import ProcessSupport
import SwiftZMQ
import TaskPipeline
import Testing

/// The producer's rules, values in and values out.
@Suite struct TaskWindowTests {
    typealias Instant = Moment

    let start = Instant.now
    let run = RunID.random()
    let one = SessionID.random()
    let two = SessionID.random()
    let collector = SessionID.random()

    func window(_ texts: Int = 0, configure: (inout PipelineSettings) -> Void = { _ in }) -> TaskWindow {
        var settings = PipelineSettings()
        configure(&settings)
        var window = TaskWindow(run: run, settings: settings)
        for number in 0..<texts { window.add(Array("task \(number + 1)".utf8)[...]) }
        return window
    }

    func ask(
        _ window: inout TaskWindow, _ worker: SessionID, room: Int, received: UInt64 = 0,
        tasks: NumberSet = NumberSet(),
        connection: Frame = "a", at now: Instant
    ) {
        let ask = WorkerAsk(received: received, room: room, tasks: tasks)
        window.hear(WorkerMessage(run: run, worker: worker, body: .ask(ask)), from: connection, at: now)
    }

    func handOuts(_ window: inout TaskWindow, at now: Instant) -> [(connection: Frame, numbers: [TaskNumber])] {
        var all: [(Frame, [TaskNumber])] = []
        while let next = window.nextHandOut(at: now) { all.append((next.connection, next.batch.tasks.map(\.number))) }
        return all
    }

    func report(
        _ window: inout TaskWindow, done: NumberSet, failed: NumberSet = NumberSet(), held: NumberSet = NumberSet()
    ) {
        let report = CollectorReport(sequence: 1, done: done, failed: failed, held: held)
        _ = window.hear(CollectorMessage(run: run, collector: collector, body: .report(report)), at: start)
    }

    /// Lets time pass up to a moment, in which the collector says each second that it is there.
    func pass(_ window: inout TaskWindow, to now: Instant) {
        let hello = CollectorMessage(run: run, collector: collector, body: .hello)
        var moment = start
        while moment < now {
            _ = window.hear(hello, at: moment)
            moment += .seconds(1)
        }
        _ = window.hear(hello, at: now)
        window.tick(at: now)
    }

    @Test func `No more tasks are taken than the window holds, until some are done`() {
        var window = window(3) { $0.window = 3 }
        #expect(!window.hasRoom)
        report(&window, done: NumberSet([2]))
        #expect(window.hasRoom)
        #expect(window.doneCount == 1)
    }

    @Test func `A worker whose results cannot leave is sent the rest all the same`() {
        var window = window(20)
        ask(&window, one, room: 15, at: start)
        #expect(handOuts(&window, at: start).map(\.numbers.count) == [15])
        // All of them are done, so that it has nothing to do, and five are all that is left.
        let idle = WorkerAsk(
            received: 15, room: 30, concurrency: 2, tasks: NumberSet(ranges: [1...15]), undelivered: 15)
        window.hear(WorkerMessage(run: run, worker: one, body: .ask(idle)), from: "a", at: start)
        #expect(handOuts(&window, at: start).map(\.numbers) == [[16, 17, 18, 19, 20]])
    }

    @Test func `Nothing goes to whoever did not ask`() {
        var window = window(3)
        #expect(handOuts(&window, at: start).isEmpty)
        ask(&window, one, room: 0, at: start)
        #expect(handOuts(&window, at: start).isEmpty)
    }

    @Test func `Those who ask get equal shares of what is there`() {
        var window = window(4)
        ask(&window, one, room: 100, connection: "a", at: start)
        ask(&window, two, room: 100, connection: "b", at: start)
        let all = handOuts(&window, at: start)
        #expect(
            Dictionary(grouping: all, by: \.connection).mapValues { $0.flatMap(\.numbers).count } == ["a": 2, "b": 2])
    }

    @Test func `A worker that has much to do is not sent a few at a time`() {
        var window = window(100)
        ask(&window, one, room: 4000, at: start)
        #expect(handOuts(&window, at: start).flatMap(\.numbers).count == 100)
        for number in 0..<20 { window.add(Array("late \(number)".utf8)[...]) }
        #expect(handOuts(&window, at: start).isEmpty)
        report(&window, done: NumberSet(ranges: [1...79]))
        #expect(handOuts(&window, at: start).isEmpty)
        report(&window, done: NumberSet(ranges: [80...80]))
        #expect(handOuts(&window, at: start).flatMap(\.numbers) == Array(101...120))
    }

    @Test func `But it is sent whatever there is when that is all it asks for, or a part of it has nothing to do`() {
        var window = window(100)
        ask(&window, one, room: 98, at: start)
        #expect(handOuts(&window, at: start).flatMap(\.numbers).count == 98)
        ask(&window, one, room: 1, received: 98, at: start)
        #expect(handOuts(&window, at: start).flatMap(\.numbers) == [99])
        report(&window, done: NumberSet(ranges: [1...92]))
        let ask = WorkerAsk(received: 99, room: 500, concurrency: 8, tasks: NumberSet(ranges: [93...99]))
        window.hear(WorkerMessage(run: run, worker: one, body: .ask(ask)), from: "a", at: start)
        #expect(handOuts(&window, at: start).flatMap(\.numbers) == [100])
    }

    @Test func `Whoever has less is given more, until those who ask have equally many`() {
        var window = window(6)
        ask(&window, one, room: 6, connection: "a", at: start)
        #expect(handOuts(&window, at: start).flatMap(\.numbers).count == 6)
        for _ in 0..<10 { window.add([]) }
        ask(&window, one, room: 50, received: 6, connection: "a", at: start)
        ask(&window, two, room: 50, connection: "b", at: start)
        let all = handOuts(&window, at: start)
        #expect(all.map(\.connection) == ["b"])
        #expect(all.flatMap(\.numbers) == Array(7...14))
    }

    @Test func `Reports are acknowledged in one, when it is time to or many have come`() {
        var window = window(500)
        let sequences = NumberSet(ranges: [1...3])
        for sequence in sequences {
            let report = CollectorReport(sequence: sequence, done: NumberSet([sequence]))
            let message = CollectorMessage(run: run, collector: collector, body: .report(report))
            #expect(window.hear(message, at: start).isEmpty)
        }
        let acknowledgement = ProducerMessage(run: run, body: .acknowledged(sequences: sequences))
        var other = window
        #expect(window.acknowledgement() == acknowledgement)
        #expect(window.acknowledgement() == nil)
        let hello = CollectorMessage(run: run, collector: collector, body: .hello)
        #expect(other.hear(hello, at: start).contains(acknowledgement))
        var answers: [ProducerMessage] = []
        for sequence in 4...400 as ClosedRange<UInt64> where answers.isEmpty {
            let report = CollectorReport(sequence: sequence, done: NumberSet([sequence]))
            answers = window.hear(CollectorMessage(run: run, collector: collector, body: .report(report)), at: start)
        }
        #expect(answers.count == 1)
    }

    @Test func `Thousands of tasks may be done in any order`() {
        var random = SplitMix(seed: 7)
        var window = window(5000) { $0.window = 10_000 }
        var done: Set<TaskNumber> = []
        while done.count < 5000 {
            let low = TaskNumber.random(in: 1...5000, using: &random)
            let range = low...min(5000, low + .random(in: 0...400, using: &random))
            done.formUnion(range)
            report(&window, done: NumberSet(ranges: [range]))
            #expect(window.doneCount == UInt64(done.count))
        }
        let newcomer = CollectorMessage(run: .none, collector: .random(), body: .hello)
        let answers = window.hear(newcomer, at: start)
        #expect(
            answers == [
                ProducerMessage(run: run, body: .run(done: NumberSet(ranges: [1...5000]), resumes: false)),
                ProducerMessage(run: run, body: .input(window.input)),
            ])
        #expect(window.hasRoom)
    }

    @Test func `What is on its way counts against the room that a worker tells`() {
        var window = window(10)
        ask(&window, one, room: 4, at: start)
        #expect(handOuts(&window, at: start).flatMap(\.numbers).count == 4)
        // The same again: it has not received anything yet.
        ask(&window, one, room: 4, at: start)
        #expect(handOuts(&window, at: start).isEmpty)
        // It has three of the four, and room for two beside them.
        ask(&window, one, room: 2, received: 3, at: start)
        #expect(handOuts(&window, at: start).flatMap(\.numbers) == [5])
    }

    @Test func `What was on its way on a connection that is lost counts no more`() {
        var window = window(10)
        ask(&window, one, room: 4, connection: "a", at: start)
        #expect(handOuts(&window, at: start).flatMap(\.numbers).count == 4)
        ask(&window, one, room: 4, connection: "b", at: start)
        let again = handOuts(&window, at: start)
        #expect(again.map(\.connection) == ["b"])
        #expect(again.flatMap(\.numbers) == [5, 6, 7, 8])
    }

    @Test func `A task that nobody speaks of is sent again, to another worker`() {
        var window = window(1)
        ask(&window, one, room: 1, at: start)
        #expect(handOuts(&window, at: start).flatMap(\.numbers) == [1])
        let later = start + .seconds(10)
        pass(&window, to: later - .milliseconds(1))
        ask(&window, one, room: 9, received: 1, connection: "a", at: later)
        ask(&window, two, room: 9, connection: "b", at: later)
        #expect(handOuts(&window, at: later - .milliseconds(1)).isEmpty)
        window.tick(at: later)
        #expect(handOuts(&window, at: later).map(\.connection) == ["b"])
        #expect(window.resentCount == 1)
    }

    @Test func `It goes to the same worker when there is no other`() {
        var window = window(1)
        ask(&window, one, room: 1, at: start)
        _ = handOuts(&window, at: start)
        let later = start + .seconds(10)
        pass(&window, to: later)
        ask(&window, one, room: 9, received: 1, connection: "a", at: later)
        #expect(handOuts(&window, at: later).map(\.connection) == ["a"])
    }

    @Test func `Without a collector nothing is done again, and one that comes has time to say what it has`() {
        var window = window(2) { $0.retryAfter = .seconds(10) }
        ask(&window, one, room: 2, at: start)
        _ = handOuts(&window, at: start)
        var now = start
        for _ in 0..<100 {
            now += .seconds(1)
            ask(&window, one, room: 2, received: 2, at: now)
            window.tick(at: now)
        }
        #expect(window.resentCount == 0)
        // One that has waited for results of this run, and has taken them.
        let hello = CollectorMessage(run: .none, collector: collector, body: .hello)
        _ = window.hear(hello, at: now)
        let first = CollectorReport(sequence: 1, done: NumberSet([1]))
        _ = window.hear(CollectorMessage(run: run, collector: collector, body: .report(first)), at: now)
        for second in 1...10 {
            _ = window.hear(hello, at: now + .seconds(second))
            window.tick(at: now + .seconds(second) - .milliseconds(1))
        }
        #expect(window.resentCount == 0)
        window.tick(at: now + .seconds(10))
        #expect(window.resentCount == 1)
        #expect(window.doneCount == 1)
    }

    @Test func `What is done again and again and never reported is done ever more rarely, and its worker is named`() {
        var window = window(1) { $0.retryAfter = .seconds(2) }
        let hello = CollectorMessage(run: run, collector: collector, body: .hello)
        var times: [Int] = []
        for second in 0...130 {
            let now = start + .seconds(second)
            _ = window.hear(hello, at: now)
            let ask = WorkerAsk(received: UInt64(times.count), room: 1, tasks: NumberSet(), name: "w")
            window.hear(WorkerMessage(run: run, worker: one, body: .ask(ask)), from: "a", at: now)
            window.tick(at: now)
            if !handOuts(&window, at: now).isEmpty { times.append(second) }
        }
        #expect(times == [0, 2, 6, 14, 30, 62, 126])
        let astray = window.takeAstray()
        #expect(astray?.worker == "w" && astray?.task == 1 && astray?.times == 6)
        #expect(window.takeAstray() == nil)
    }

    @Test func `Time in which a worker is alive and has the task does not count`() {
        var window = window(1)
        ask(&window, one, room: 1, at: start)
        _ = handOuts(&window, at: start)
        var now = start
        for _ in 0..<100 {
            now += .seconds(9)
            ask(&window, one, room: 0, received: 1, tasks: NumberSet([1]), at: now)
            pass(&window, to: now)
        }
        #expect(window.resentCount == 0)
        // Its connection is there: it is cut off, and not dead, as far as anybody knows.
        pass(&window, to: now + .seconds(29))
        #expect(window.resentCount == 0)
        var other = window
        window.tick(at: now + .seconds(30))
        #expect(window.resentCount == 1)
        other.noteUnreachable(one)
        other.tick(at: now + .seconds(29))
        #expect(other.resentCount == 1)
    }

    @Test func `Another worker that speaks of the task does not prolong it`() {
        var window = window(1)
        ask(&window, one, room: 1, at: start)
        _ = handOuts(&window, at: start)
        ask(&window, two, room: 0, tasks: NumberSet([1]), connection: "b", at: start + .seconds(9))
        pass(&window, to: start + .seconds(10))
        #expect(window.resentCount == 1)
    }

    @Test func `A returned task goes out at once, and is no attempt`() {
        var window = window(2)
        ask(&window, one, room: 2, at: start)
        _ = handOuts(&window, at: start)
        window.hear(WorkerMessage(run: run, worker: one, body: .returned(NumberSet([2]))), from: "a", at: start)
        ask(&window, two, room: 1, connection: "b", at: start)
        let next = window.nextHandOut(at: start)
        #expect(next?.connection == "b")
        #expect(next?.batch.tasks.map(\.number) == [2])
        #expect(next?.batch.tasks.map(\.attempt) == [1])
    }

    @Test func `A failed attempt counts once, and the last is marked`() {
        var window = window(1) {
            $0.attempts = 3
            $0.backOff = .zero
        }
        var attempts: [UInt32] = []
        var areLast: [Bool] = []
        for attempt in 1...3 as ClosedRange<UInt32> {
            ask(&window, one, room: 1, received: UInt64(attempt - 1), at: start)
            let task = window.nextHandOut(at: start)?.batch.tasks.first
            attempts.append(task?.attempt ?? 0)
            areLast.append(task?.isLastAttempt ?? false)
            let failure = WorkerMessage(
                run: run, worker: one, body: .failed([FailedAttempt(number: 1, attempt: attempt, status: 1)]))
            // Twice, as after a task that was sent twice.
            window.hear(failure, from: "a", at: start)
            window.hear(failure, from: "a", at: start)
        }
        #expect(attempts == [1, 2, 3])
        #expect(areLast == [false, false, true])
    }

    @Test func `What is held back is not sent again, unless its collector is gone`() {
        var window = window(2)
        ask(&window, one, room: 2, at: start)
        _ = handOuts(&window, at: start)
        report(&window, done: NumberSet(), held: NumberSet([2]))
        pass(&window, to: start + .seconds(60))
        #expect(window.resentCount == 1)  // The first only.
        let newcomer = CollectorMessage(run: .none, collector: .random(), body: .hello)
        _ = window.hear(newcomer, at: start + .seconds(60))
        ask(&window, one, room: 9, received: 2, at: start + .seconds(60))
        #expect(Set(handOuts(&window, at: start + .seconds(60)).flatMap(\.numbers)) == [1, 2])
    }

    @Test func `A collector that is new learns what is done, and one that was replaced that it was`() {
        var window = window(5)
        report(&window, done: NumberSet([1, 2, 4]))
        let newcomer = SessionID.random()
        let answers = window.hear(CollectorMessage(run: .none, collector: newcomer, body: .hello), at: start)
        #expect(
            answers == [
                ProducerMessage(run: run, body: .run(done: NumberSet([1, 2, 4]), resumes: false)),
                ProducerMessage(run: run, body: .input(window.input)),
            ])
        let late = window.hear(CollectorMessage(run: run, collector: collector, body: .hello), at: start)
        #expect(late == [ProducerMessage(run: run, body: .replaced)])
    }

    @Test func `A report of another run changes nothing`() {
        var window = window(1)
        let report = CollectorReport(sequence: 1, done: NumberSet([1]))
        let answers = window.hear(
            CollectorMessage(run: .random(), collector: collector, body: .report(report)), at: start)
        #expect(answers.isEmpty)
        #expect(window.doneCount == 0)
    }

    @Test func `A report may name more tasks than there are`() {
        var window = window(2)
        report(&window, done: NumberSet(ranges: [0 ... .max]), failed: NumberSet([2]))
        #expect(window.doneCount == 2)
        #expect(window.failedCount == 1)
    }

    @Test func `Once stopped, nothing goes out, and what is out is waited for as long as a retry`() {
        var window = window(3)
        ask(&window, one, room: 1, at: start)
        _ = handOuts(&window, at: start)
        window.stop()
        #expect(!window.isFinished)
        ask(&window, one, room: 5, received: 1, at: start)
        #expect(handOuts(&window, at: start).isEmpty)
        var other = window
        report(&other, done: NumberSet([1]))
        #expect(other.isFinished)
        window.tick(at: start + .seconds(10))
        #expect(window.isFinished)
        #expect(window.ending == RunEnding(tasks: 3, isInterrupted: true))
    }

    @Test func `Before another attempt there is a pause, which grows`() {
        var window = window(1) { $0.attempts = 4 }
        var now = start
        for (attempt, pause) in [(1, 500), (2, 1000), (3, 2000)] as [(UInt32, Int)] {
            ask(&window, one, room: 1, received: UInt64(attempt - 1), at: now)
            #expect(handOuts(&window, at: now).flatMap(\.numbers) == [1])
            let failure = FailedAttempt(number: 1, attempt: attempt, status: 1)
            window.hear(WorkerMessage(run: run, worker: one, body: .failed([failure])), from: "a", at: now)
            ask(&window, one, room: 1, received: UInt64(attempt), at: now)
            window.tick(at: now + .milliseconds(pause - 1))
            #expect(handOuts(&window, at: now + .milliseconds(pause - 1)).isEmpty)
            now += .milliseconds(pause)
            window.tick(at: now)
        }
    }

    /// Lets a worker that has some tasks die, and time pass until that is known.
    private func die(_ window: inout TaskWindow, _ worker: SessionID, at now: inout Instant) {
        window.noteUnreachable(worker)
        now += .seconds(11)
        pass(&window, to: now)
    }

    @Test func `A task whose workers die with it is given up, and is alone with the last of them`() {
        var window = window(3) { $0.mostLosses = 3 }
        var now = start
        for round in 1...3 {
            let worker = SessionID.random()
            let name = WorkerAsk(received: 0, room: 9, concurrency: 9, tasks: NumberSet(), name: "w\(round)")
            window.hear(WorkerMessage(run: run, worker: worker, body: .ask(name)), from: "c\(round)", at: now)
            let given = handOuts(&window, at: now).flatMap(\.numbers)
            #expect(given == (round < 3 ? [1, 2, 3] : [1]))
            if round == 3 {
                // While it has that one it gets no other, however much it asks for.
                window.hear(WorkerMessage(run: run, worker: worker, body: .ask(name)), from: "c3", at: now)
                #expect(handOuts(&window, at: now).isEmpty)
            }
            die(&window, worker, at: &now)
        }
        #expect(window.lostCount == 1)
        let hello = CollectorMessage(run: run, collector: collector, body: .hello)
        _ = window.hear(hello, at: now)
        let lost = LostTask(number: 1, attempt: 1, text: Array("task 1".utf8)[...], workers: ["w1", "w2", "w3"])
        #expect(window.lostTasks(at: now) == [ProducerMessage(run: run, body: .lost(lost))])
        #expect(window.lostTasks(at: now).isEmpty)
        _ = window.hear(hello, at: now + .seconds(1))
        #expect(window.lostTasks(at: now + .seconds(1)).count == 1)
        report(&window, done: NumberSet([1]), failed: NumberSet([1]))
        #expect(window.failedCount == 1)
        let failures = window.status(at: now).failures
        #expect(failures.map(\.status) == [TaskStatus.lost])
        // The others were only there; one after the other shows it, and each is done.
        for number in [2, 3] as [TaskNumber] {
            ask(&window, two, room: 5, received: number - 2, connection: "d", at: now)
            #expect(handOuts(&window, at: now).flatMap(\.numbers) == [number])
            report(&window, done: NumberSet([number]))
        }
    }

    @Test func `Nothing is sent again because this program stood still`() {
        var clock = PresenceClock()
        var window = window(1)
        ask(&window, one, room: 1, at: clock.time(at: start))
        _ = handOuts(&window, at: clock.time(at: start))
        for second in 0..<5 { pass(&window, to: clock.time(at: start + .milliseconds(second * 900))) }
        pass(&window, to: clock.time(at: start + .seconds(60)))
        #expect(window.resentCount == 0)
        for second in 0..<20 {
            pass(&window, to: clock.time(at: start + .seconds(60) + .milliseconds(second * 900)))
        }
        #expect(window.resentCount == 1)
    }

    @Test(arguments: [true, false])
    func `How a task has failed for good is known, whether its worker or the collector says it first`(
        isWorkerFirst: Bool
    ) {
        var window = window(2) { $0.attempts = 1 }
        ask(&window, one, room: 2, at: start)
        _ = handOuts(&window, at: start)
        let failure = FailedAttempt(number: 2, attempt: 1, status: TaskStatus.timedOut)
        let message = WorkerMessage(run: run, worker: one, body: .failed([failure]))
        if isWorkerFirst { window.hear(message, from: "a", at: start) }
        report(&window, done: NumberSet([2]), failed: NumberSet([2]))
        if !isWorkerFirst { window.hear(message, from: "a", at: start) }
        let failures = window.status(at: start).failures
        #expect(failures.map(\.number) == [2] && failures.map(\.status) == [TaskStatus.timedOut])
        #expect(window.failedCount == 1)
        // It was the last attempt: nothing is handed out again.
        ask(&window, one, room: 2, received: 2, at: start)
        #expect(handOuts(&window, at: start).isEmpty)
    }

    @Test func `Too many failed tasks end the run, and a share of all counts once all are read`() {
        var window = window(10) { $0.halt = .tasks(2) }
        report(&window, done: NumberSet([1]), failed: NumberSet([1]))
        #expect(!window.isHalted)
        report(&window, done: NumberSet([2]), failed: NumberSet([2]))
        #expect(window.isHalted)
        ask(&window, one, room: 9, at: start)
        #expect(handOuts(&window, at: start).isEmpty)
        #expect(window.ending == RunEnding(tasks: 10, isInterrupted: false, isHalted: true))
        var share = self.window(10) { $0.halt = .percent(20) }
        report(&share, done: NumberSet([1, 2]), failed: NumberSet([1, 2]))
        #expect(!share.isHalted)
        share.endInput()
        #expect(share.isHalted)
    }

    @Test func `A run that goes on reads nothing before it knows what is done, and hands out what is not`() {
        var digest = LineDigest()
        for number in [1, 3] as [TaskNumber] { digest.add(number, Array("task \(number)".utf8)[...]) }
        let recovered = RecoveredResults(done: NumberSet([1, 3]), failed: NumberSet([3]), digest: digest)
        for isSame in [true, false] {
            var window = TaskWindow(run: run, settings: PipelineSettings(), resumes: true)
            #expect(!window.hasRoom)
            let message = CollectorMessage(run: run, collector: collector, body: .recovered(recovered))
            _ = window.hear(message, at: start)
            #expect(window.hasRoom)
            ask(&window, one, room: 9, at: start)
            for number in 1...4 {
                if number < 4 { #expect(handOuts(&window, at: start).isEmpty) }
                window.add(Array("task \(number == 1 && !isSame ? 9 : number)".utf8)[...])
            }
            #expect(window.isInputTheSame == isSame)
            #expect(handOuts(&window, at: start).flatMap(\.numbers) == (isSame ? [2, 4] : []))
            #expect(window.doneCount == 2)
            #expect(window.failedCount == 1)
        }
    }

    @Test func `Between two tasks there is as much time as asked for`() {
        var window = window(3) { $0.delay = .milliseconds(100) }
        ask(&window, one, room: 9, at: start)
        #expect(handOuts(&window, at: start).flatMap(\.numbers) == [1])
        #expect(handOuts(&window, at: start + .milliseconds(99)).isEmpty)
        #expect(handOuts(&window, at: start + .milliseconds(100)).flatMap(\.numbers) == [2])
    }

    @Test func `The end is told until the collector has said goodbye`() {
        var window = window(0)
        window.endInput()
        #expect(window.isFinished)
        let hello = CollectorMessage(run: run, collector: collector, body: .hello)
        let ending = ProducerMessage(run: run, body: .finished(RunEnding(tasks: 0, isInterrupted: false)))
        #expect(window.hear(hello, at: start).contains(ending))
        #expect(window.hear(hello, at: start).contains(ending))
        #expect(!window.hasCollectorEnded)
        let goodbye = CollectorMessage(run: run, collector: collector, body: .goodbye)
        #expect(window.hear(goodbye, at: start) == [ProducerMessage(run: run, body: .farewell)])
        #expect(window.hasCollectorEnded)
    }
}
