import Testing

@testable import TaskPipeline

/// What a producer says of partners that it does not see.

struct ProducerWatchTests {
    private let start = Moment.now

    private func news(tasks: String, done: String, after seconds: Int) -> [String] {
        var watch = ProducerWatch(tasks: tasks, done: done, start: start)
        return watch.news(workers: 0, hasCollector: false, at: start + .seconds(seconds))
    }

    @Test func `Partners that do not come are said to be missing after two seconds, each by its endpoint`() {
        #expect(news(tasks: "tcp://127.0.0.1:5557", done: "tcp://127.0.0.1:5559", after: 1) == [])
        let told = news(tasks: "tcp://127.0.0.1:5557", done: "tcp://127.0.0.1:5559", after: 2)
        #expect(told.count == 2)
        #expect(told.first?.contains("tcp://127.0.0.1:5557") == true)
        #expect(told.last?.contains("tcp://127.0.0.1:5559") == true)
    }

    @Test func `Parts of the same process are not missed, however slow they are`() {
        #expect(news(tasks: "inproc://tasks", done: "inproc://done", after: 60) == [])
        #expect(news(tasks: "tcp://127.0.0.1:5557", done: "inproc://done", after: 60).count == 1)
    }
}
