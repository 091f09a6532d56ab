import TaskPipeline
import Testing

/// Whether the input of a run that is gone on with is the same.
extension TaskWindowTests {
    /// The beginning of the input whose tasks are `task 1`, `task 2` …, perhaps behind a line of names.
    private func part(_ count: Int, header: String? = nil) -> InputPart {
        var part = InputPart()
        if let header { Array(header.utf8).withUnsafeBytes { part.add(header: $0) } }
        for number in 0..<count { Array("task \(number + 1)".utf8).withUnsafeBytes { part.add($0) } }
        return part
    }

    /// A window that goes on with a run of which the first and the third task were done, and an input was known.
    private func resuming(_ input: InputRecord) -> TaskWindow {
        var results = RecoveredResults(done: NumberSet([1, 3]), input: input)
        for number in [1, 3] as [TaskNumber] { results.digest.add(number, Array("task \(number)".utf8)[...]) }
        var window = TaskWindow(run: run, settings: PipelineSettings(), resumes: true)
        window.recover(results)
        ask(&window, one, room: 9, at: start)
        return window
    }

    @Test(arguments: 1...6)
    func `A task that was read and is another now makes the input another, done or not`(changed: Int) {
        var window = resuming(InputRecord(read: part(5)))
        for number in 1...6 {
            // All that was read is read before anything is handed out.
            if number <= 5 {
                #expect(window.isInputTheSame == nil)
                #expect(handOuts(&window, at: start).isEmpty)
            }
            window.add(Array("task \(number == changed ? 99 : number)".utf8)[...])
        }
        // The sixth was never read, so that it may be any.
        #expect(window.isInputTheSame == (changed == 6))
        #expect(handOuts(&window, at: start).flatMap(\.numbers) == (changed == 6 ? [2, 4, 5, 6] : []))
    }

    @Test func `A line of names that is another makes the input another`() {
        for header in ["id,name", "name,id"] {
            var window = resuming(InputRecord(read: part(3, header: "id,name")))
            window.setHeader(Array(header.utf8)[...])
            for number in 1...3 { window.add(Array("task \(number)".utf8)[...]) }
            #expect(window.isInputTheSame == (header == "id,name"))
        }
    }

    @Test func `Where the whole input can be looked at, nothing is handed out before that is done`() {
        for count in [7, 8] {
            var window = resuming(InputRecord(read: part(3), whole: part(7)))
            window.lookAtInput()
            for number in 1...4 { window.add(Array("task \(number)".utf8)[...]) }
            #expect(window.isInputTheSame == nil)
            #expect(handOuts(&window, at: start).isEmpty)
            // As much as the window holds is read meanwhile, and no more.
            #expect(window.hasRoom)
            window.expect(part(count))
            #expect(window.isInputTheSame == (count == 7))
            #expect(handOuts(&window, at: start).flatMap(\.numbers) == (count == 7 ? [2, 4] : []))
        }
        var unknown = resuming(InputRecord(read: part(3), whole: part(7)))
        unknown.lookAtInput()
        for number in 1...3 { unknown.add(Array("task \(number)".utf8)[...]) }
        unknown.expect(nil)
        #expect(unknown.isInputTheSame == true)
    }

    @Test func `An input to which something was appended is not the same, nor one that is shorter`() {
        var longer = resuming(InputRecord(read: part(3), whole: part(3)))
        for number in 1...3 { longer.add(Array("task \(number)".utf8)[...]) }
        #expect(longer.isInputTheSame == true)
        longer.add([3])
        #expect(longer.isInputTheSame == false)
        var shorter = resuming(InputRecord(read: part(3), whole: part(4)))
        for number in 1...3 { shorter.add(Array("task \(number)".utf8)[...]) }
        #expect(shorter.isInputTheSame == true)
        shorter.endInput()
        #expect(shorter.isInputTheSame == false)
    }

    @Test func `Before the earlier run is known nothing is told of the input, which may be another`() {
        var window = TaskWindow(run: run, settings: PipelineSettings(), resumes: true)
        window.lookAtInput()
        window.expect(part(4))
        let hello = CollectorMessage(run: .none, collector: collector, body: .hello)
        #expect(window.isInputTheSame == nil)
        #expect(
            window.hear(hello, at: start) == [ProducerMessage(run: run, body: .run(done: NumberSet(), resumes: true))])
        #expect(window.newInput() == nil)
        window.recover(RecoveredResults(done: NumberSet(), input: InputRecord(read: part(2), whole: part(3))))
        #expect(window.isInputTheSame == false)
        #expect(window.newInput() == nil)
    }

    @Test func `What is known of the input is told when the collector asks, and the whole of it without being asked`() {
        var window = window(2)
        window.expect(part(3))
        #expect(window.newInput() == nil)
        let hello = CollectorMessage(run: .none, collector: collector, body: .hello)
        let told = ProducerMessage(run: run, body: .input(InputRecord(read: part(2), whole: part(3))))
        #expect(window.hear(hello, at: start).contains(told))
        #expect(window.newInput() == told)
        #expect(window.newInput() == nil)
        window.add(Array("task 3".utf8)[...])
        #expect(window.newInput() == nil)
        let later = ProducerMessage(run: run, body: .input(InputRecord(read: part(3), whole: part(3))))
        #expect(window.hear(hello, at: start).contains(later))
        // An input that is not what it was said to be.
        window.add([4])
        window.endInput()
        #expect(window.newInput() == ProducerMessage(run: run, body: .input(window.input)))
        #expect(window.input.whole == window.input.read)
    }
}
