import ProcessSupport
import TaskPipeline
import Testing

/// The collector's rules for results, and for what it tells the producer.
@Suite struct ResultSequencerTests {
    func result(_ number: TaskNumber) -> TaskResult {
        TaskResult(number: number, worker: "", status: 0, nanoseconds: 0, text: [], output: [])
    }

    func admit(_ numbers: [TaskNumber], to sequencer: inout ResultSequencer) -> [ResultSequencer.Admission] {
        var admissions: [ResultSequencer.Admission] = []
        for number in numbers { admissions.append(sequencer.admit(result(number))) }
        return admissions
    }

    @Test func `A result passes once`() {
        var sequencer = ResultSequencer(isOrdered: false, done: NumberSet([5]))
        #expect(admit([3, 3, 5, 4], to: &sequencer) == [.write, .drop, .drop, .write])
    }

    @Test func `In order, a result waits for those before it`() {
        var sequencer = ResultSequencer(isOrdered: true, done: NumberSet([1, 4]))
        #expect(admit([3, 3, 5, 4, 2], to: &sequencer) == [.hold, .holdStill, .hold, .drop, .write])
        var released: [TaskNumber] = []
        while let next = sequencer.release() { released.append(next.number) }
        #expect(released == [3, 5])
        #expect(sequencer.heldCount == 0)
        #expect(admit([2, 3, 5], to: &sequencer) == [.drop, .drop, .drop])
        #expect(sequencer.admit(result(6)) == .write)
    }

    @Test func `At an early end, what is held back comes in order`() {
        var sequencer = ResultSequencer(isOrdered: true)
        #expect(admit([9, 4, 7], to: &sequencer) == [.hold, .hold, .hold])
        #expect(sequencer.releaseAll().map(\.number) == [4, 7, 9])
        #expect(sequencer.admit(result(7)) == .drop)
    }

    @Test func `Whatever comes in whatever order, all pass once, and in order`() {
        for seed in 0..<200 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            var sequencer = ResultSequencer(isOrdered: true)
            var written: [TaskNumber] = []
            let arrivals = (Array(1...50) + Array(1...50)).shuffled(using: &random).map { TaskNumber($0) }
            for number in arrivals {
                if sequencer.admit(result(number)) == .write { written.append(number) }
                while let next = sequencer.release() { written.append(next.number) }
            }
            #expect(written == Array(1...50))
        }
    }

    @Test func `A report is said again until it is acknowledged`() {
        let start = Moment.now
        var pendingReports = PendingReports()
        #expect(pendingReports.nextReport(at: start) == nil)
        #expect(pendingReports.isClear)
        pendingReports.noteDone(1, hasFailed: false)
        pendingReports.noteDone(2, hasFailed: true)
        pendingReports.noteHeld(4)
        let report = CollectorReport(
            sequence: 1, done: NumberSet([1, 2]), failed: NumberSet([2]), held: NumberSet([4]))
        #expect(pendingReports.nextReport(at: start) == report)
        #expect(pendingReports.nextReport(at: start) == nil)
        #expect(!pendingReports.isClear)
        #expect(pendingReports.overdueReports(at: start + .milliseconds(999)).isEmpty)
        #expect(pendingReports.overdueReports(at: start + .seconds(1)) == [report])
        #expect(pendingReports.overdueReports(at: start + .seconds(1)).isEmpty)
        pendingReports.acknowledge(NumberSet([7]))
        #expect(!pendingReports.isClear)
        pendingReports.acknowledge(NumberSet([1]))
        #expect(pendingReports.isClear)
    }
}
