import ProcessSupport
import TaskPipeline
import Testing

/// The collector's rules for results, and for what it tells the producer.
@Suite struct ResultGateTests {
    func result(_ number: TaskNumber) -> TaskResult {
        TaskResult(number: number, worker: "", status: 0, nanoseconds: 0, text: [], output: [])
    }

    func admit(_ numbers: [TaskNumber], to gate: inout ResultGate) -> [ResultGate.Admission] {
        var admissions: [ResultGate.Admission] = []
        for number in numbers { admissions.append(gate.admit(result(number))) }
        return admissions
    }

    @Test func `A result passes once`() {
        var gate = ResultGate(isOrdered: false, done: NumberSet([5]))
        #expect(admit([3, 3, 5, 4], to: &gate) == [.write, .drop, .drop, .write])
    }

    @Test func `In order, a result waits for those before it`() {
        var gate = ResultGate(isOrdered: true, done: NumberSet([1, 4]))
        #expect(admit([3, 3, 5, 4, 2], to: &gate) == [.hold, .holdStill, .hold, .drop, .write])
        var released: [TaskNumber] = []
        while let next = gate.release() { released.append(next.number) }
        #expect(released == [3, 5])
        #expect(gate.heldCount == 0)
        #expect(admit([2, 3, 5], to: &gate) == [.drop, .drop, .drop])
        #expect(gate.admit(result(6)) == .write)
    }

    @Test func `At an early end, what is held back comes in order`() {
        var gate = ResultGate(isOrdered: true)
        #expect(admit([9, 4, 7], to: &gate) == [.hold, .hold, .hold])
        #expect(gate.releaseAll().map(\.number) == [4, 7, 9])
        #expect(gate.admit(result(7)) == .drop)
    }

    @Test func `Whatever comes in whatever order, all pass once, and in order`() {
        for seed in 0..<200 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            var gate = ResultGate(isOrdered: true)
            var written: [TaskNumber] = []
            let arrivals = (Array(1...50) + Array(1...50)).shuffled(using: &random).map { TaskNumber($0) }
            for number in arrivals {
                if gate.admit(result(number)) == .write { written.append(number) }
                while let next = gate.release() { written.append(next.number) }
            }
            #expect(written == Array(1...50))
        }
    }

    @Test func `A report is said again until it is acknowledged`() {
        let start = Moment.now
        var book = ReportBook()
        #expect(book.nextReport(at: start) == nil)
        #expect(book.isClear)
        book.noteDone(1, hasFailed: false)
        book.noteDone(2, hasFailed: true)
        book.noteHeld(4)
        let report = CollectorReport(
            sequence: 1, done: NumberSet([1, 2]), failed: NumberSet([2]), held: NumberSet([4]))
        #expect(book.nextReport(at: start) == report)
        #expect(book.nextReport(at: start) == nil)
        #expect(!book.isClear)
        #expect(book.overdueReports(at: start + .milliseconds(999)).isEmpty)
        #expect(book.overdueReports(at: start + .seconds(1)) == [report])
        #expect(book.overdueReports(at: start + .seconds(1)).isEmpty)
        book.acknowledge(NumberSet([7]))
        #expect(!book.isClear)
        book.acknowledge(NumberSet([1]))
        #expect(book.isClear)
    }
}
