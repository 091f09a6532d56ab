import TaskPipeline
import Testing

@Suite("Task numbers")
struct TaskNumberTests {
    @Test("are ordered as the tasks stood in the input")
    func order() {
        #expect([TaskNumber(2), TaskNumber(10), TaskNumber(1)].sorted().map(\.rawValue) == [1, 2, 10])
    }
}
