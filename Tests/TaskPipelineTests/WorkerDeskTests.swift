import TaskPipeline
import Testing

/// A worker's rules.
@Suite struct WorkerDeskTests {
    typealias Instant = Moment

    let start = Instant.now
    let run = RunID.random()

    func batch(_ numbers: ClosedRange<TaskNumber>, of run: RunID? = nil) -> TaskBatch {
        TaskBatch(run: run ?? self.run, tasks: numbers.map { PipelineTask(number: $0, text: []) })
    }

    /// A desk that has done some tasks which took as long.
    func desk(concurrency: Int, after duration: Duration) -> WorkerDesk {
        var desk = WorkerDesk(concurrency: concurrency)
        desk.receive(batch(1...100), at: start)
        for _ in 1...100 {
            guard let task = desk.begin(at: start) else { continue }
            _ = desk.finish(task.number, of: run, at: start + duration)
        }
        return desk
    }

    @Test func `At first it asks for as much as it can begin at once`() {
        var desk = WorkerDesk(concurrency: 4)
        #expect(desk.ask() == WorkerAsk(received: 0, room: 4, concurrency: 4, tasks: nil))
        #expect(desk.ask() == nil)
    }

    @Test func `Of short tasks it asks for many at a time`() {
        var desk = desk(concurrency: 1, after: .microseconds(1))
        #expect((desk.ask()?.room ?? 0) >= 500)
    }

    @Test func `Of long tasks it takes none that it cannot begin`() {
        var desk = desk(concurrency: 2, after: .seconds(3))
        #expect(desk.ask()?.room == 2)
        desk.receive(batch(101...102), at: start)
        _ = desk.begin(at: start)
        _ = desk.begin(at: start)
        #expect(desk.heartbeat() == WorkerAsk(received: 102, room: 0, concurrency: 2, tasks: NumberSet([101, 102])))
    }

    @Test func `It gives back what waits behind a task that takes long`() {
        var desk = desk(concurrency: 1, after: .microseconds(1))
        desk.receive(batch(101...110), at: start)
        _ = desk.begin(at: start)
        #expect(desk.tasksToReturn(at: start + .milliseconds(99)) == nil)
        #expect(desk.tasksToReturn(at: start + .milliseconds(100)) == NumberSet(ranges: [102...110]))
        #expect(desk.tasksToReturn(at: start + .seconds(5)) == nil)
        #expect(desk.heartbeat().tasks == NumberSet([101]))
    }

    @Test func `Tasks of an earlier run are dropped, and their results wanted by nobody`() {
        var desk = WorkerDesk(concurrency: 1)
        desk.receive(batch(1...3), at: start)
        _ = desk.begin(at: start)
        let next = RunID.random()
        desk.receive(batch(7...8, of: next), at: start)
        #expect(desk.finish(1, of: run, at: start) == nil)
        #expect(desk.begin(at: start)?.number == 7)
        #expect(desk.finish(7, of: next, at: start + .microseconds(3)) == 3000)
    }

    @Test func `One that leaves gives back what it has not begun, and asks for nothing`() {
        var desk = WorkerDesk(concurrency: 3)
        desk.receive(batch(1...3), at: start)
        _ = desk.begin(at: start)
        #expect(desk.leave() == NumberSet([2, 3]))
        #expect(desk.heartbeat() == WorkerAsk(received: 3, room: 0, concurrency: 3, tasks: NumberSet([1])))
        #expect(!desk.isEmpty)
    }
}
