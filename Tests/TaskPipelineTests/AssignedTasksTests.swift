import TaskPipeline
import Testing

/// A worker's rules.
@Suite struct AssignedTasksTests {
    typealias Instant = Moment

    let start = Instant.now
    let run = RunID.random()

    func batch(_ numbers: ClosedRange<TaskNumber>, of run: RunID? = nil) -> TaskBatch {
        TaskBatch(run: run ?? self.run, tasks: numbers.map { PipelineTask(number: $0, text: []) })
    }

    /// A assigned that has done some tasks which took as long.
    func assigned(concurrency: Int, after duration: Duration) -> AssignedTasks {
        var assigned = AssignedTasks(concurrency: concurrency)
        assigned.receive(batch(1...100), at: start)
        for _ in 1...100 {
            guard let task = assigned.begin(at: start) else { continue }
            _ = assigned.finish(task.number, of: run, at: start + duration)
        }
        return assigned
    }

    @Test func `At first it asks for as much as it can begin at once`() {
        var assigned = AssignedTasks(concurrency: 4)
        #expect(assigned.ask() == WorkerAsk(received: 0, room: 4, concurrency: 4, tasks: nil))
        #expect(assigned.ask() == nil)
    }

    @Test func `Of short tasks it asks for many at a time`() {
        var assigned = assigned(concurrency: 1, after: .microseconds(1))
        #expect((assigned.ask()?.room ?? 0) >= 500)
    }

    @Test func `Of long tasks it takes none that it cannot begin`() {
        var assigned = assigned(concurrency: 2, after: .seconds(3))
        #expect(assigned.ask()?.room == 2)
        assigned.receive(batch(101...102), at: start)
        _ = assigned.begin(at: start)
        _ = assigned.begin(at: start)
        #expect(
            assigned.heartbeat() == WorkerAsk(received: 102, room: 0, concurrency: 2, tasks: NumberSet([101, 102])))
    }

    @Test func `It gives back what waits behind a task that takes long`() {
        var assigned = assigned(concurrency: 1, after: .microseconds(1))
        assigned.receive(batch(101...110), at: start)
        _ = assigned.begin(at: start)
        #expect(assigned.tasksToReturn(at: start + .milliseconds(99)) == nil)
        #expect(assigned.tasksToReturn(at: start + .milliseconds(100)) == NumberSet(ranges: [102...110]))
        #expect(assigned.tasksToReturn(at: start + .seconds(5)) == nil)
        #expect(assigned.heartbeat().tasks == NumberSet([101]))
    }

    @Test func `Tasks that are begun together are those that came together, and done together`() {
        var assigned = AssignedTasks(concurrency: 2)
        assigned.receive(batch(1...5), at: start)
        assigned.receive(batch(6...7), at: start)
        #expect(assigned.begin(upTo: 3, at: start).map(\.number) == [1, 2, 3])
        #expect(assigned.begin(upTo: 3, at: start).map(\.number) == [4, 5])
        #expect(assigned.waitingCount == 2)
        let isGivenBack = assigned.giveUp(2, of: run, at: start)
        let areDone = assigned.finish([(1, 1000), (3, 1000)], of: run, at: start)
        let areOfOther = assigned.finish([(4, 1000)], of: .random(), at: start)
        #expect(isGivenBack && areDone && !areOfOther)
        #expect(assigned.heartbeat().tasks == NumberSet([4, 5, 6, 7]))
        // One that was sent twice may be done in another order.
        _ = assigned.finish([(5, 1000), (4, 1000)], of: run, at: start)
        #expect(assigned.begin(upTo: 9, at: start) == TaskList(batch(6...7).tasks))
        #expect(assigned.begin(upTo: 9, at: start).isEmpty)
        #expect(assigned.heartbeat().tasks == NumberSet([6, 7]))
    }

    @Test func `Tasks of an earlier run are dropped, and their results wanted by nobody`() {
        var assigned = AssignedTasks(concurrency: 1)
        assigned.receive(batch(1...3), at: start)
        _ = assigned.begin(at: start)
        let next = RunID.random()
        assigned.receive(batch(7...8, of: next), at: start)
        #expect(assigned.finish(1, of: run, at: start) == nil)
        #expect(assigned.begin(at: start)?.number == 7)
        #expect(assigned.finish(7, of: next, at: start + .microseconds(3)) == 3000)
    }

    @Test func `What is done and has not left is what it still has, and a machine that is short asks for less`() {
        var assigned = AssignedTasks(concurrency: 4)
        assigned.receive(batch(1...2), at: start)
        _ = assigned.begin(at: start)
        let (first, second) = (assigned.giveUp(1, of: run, at: start), assigned.giveUp(1, of: run, at: start))
        #expect(first && !second)
        assigned.noteUndelivered(NumberSet([7, 8]), isCongested: false)
        let ask = assigned.heartbeat(allowed: 2)
        #expect(ask.tasks == NumberSet([2, 7, 8]))
        #expect(ask.undelivered == 2)
        #expect(ask.room == 1)
        assigned.noteUndelivered(NumberSet([7, 8]), isCongested: true)
        #expect(assigned.heartbeat().room == 0)
    }

    @Test func `After a shortage there are fewer at once, and one more with each that is done`() {
        var shortage = Shortage(concurrency: 4)
        #expect(shortage.allowed(at: start) == 4)
        #expect(shortage.note("no memory", running: 2, at: start)?.contains("no memory") == true)
        #expect(shortage.note("no memory", running: 1, at: start) == nil)
        #expect(shortage.allowed(at: start) == 1)
        #expect(shortage.note("no memory", running: 0, at: start) == nil)
        #expect(shortage.allowed(at: start) == 0)
        let later = start + .seconds(10)
        #expect(shortage.allowed(at: later) == 1)
        for allowed in [1, 2, 3, 4] {
            shortage.noteDone(at: later)
            #expect(shortage.allowed(at: later) == allowed)
        }
        #expect(!shortage.isShort)
    }

    @Test func `A command that fails in a shortage is tried again with fewer beside it, and counts when it is alone`() {
        var shortage = Shortage(concurrency: 4)
        #expect(!shortage.mayExplainFailure(running: 3))
        _ = shortage.note("no processes", running: 3, at: start)
        #expect(shortage.mayExplainFailure(running: 2))
        shortage.noteFailure(running: 1, at: start)
        #expect(shortage.allowed(at: start) == 1)
        #expect(!shortage.mayExplainFailure(running: 0))
    }

    @Test func `One that leaves gives back what it has not begun, and asks for nothing`() {
        var assigned = AssignedTasks(concurrency: 3)
        assigned.receive(batch(1...3), at: start)
        _ = assigned.begin(at: start)
        #expect(assigned.leave() == NumberSet([2, 3]))
        #expect(assigned.heartbeat() == WorkerAsk(received: 3, room: 0, concurrency: 3, tasks: NumberSet([1])))
        #expect(!assigned.isEmpty)
    }
}
