import ProcessSupport
import SwiftZMQ
import TaskPipeline
import Testing

/// Messages in bytes: what comes back is what was sent, and nothing else is believed.
@Suite struct WireTests {
    static let run = RunID.random()
    static let session = SessionID.random()

    static func part(_ texts: String...) -> InputPart {
        var part = InputPart()
        for text in texts { Array(text.utf8).withUnsafeBytes { part.add($0) } }
        return part
    }

    static let fromWorkers: [WorkerMessage.Body] = [
        .ask(WorkerAsk(received: 7, room: 500, tasks: NumberSet([1, 2, 9]), name: "räven-1", undelivered: 2)),
        .ask(WorkerAsk(received: 0, room: 0, tasks: nil)),
        .returned(NumberSet([4])),
        .failed([FailedAttempt(number: 3, attempt: 2, status: -1), FailedAttempt(number: 4, attempt: 1, status: 255)]),
        .leaving,
    ]
    static let fromCollectors: [CollectorMessage.Body] = [
        .hello,
        .report(CollectorReport(sequence: 3, done: NumberSet([1]), failed: NumberSet([1]), held: NumberSet([8, 9]))),
        .goodbye,
        .recovered(
            RecoveredResults(
                done: NumberSet([1, 2]), failed: NumberSet([2]),
                input: InputRecord(read: part("a"), whole: part("a", "b")))),
    ]
    static let toCollectors: [ProducerMessage.Body] = [
        .run(done: NumberSet([1, 2]), resumes: true), .run(done: NumberSet(), resumes: false),
        .input(InputRecord(read: part("a"))), .input(InputRecord(read: part("a", "b"), whole: part("a", "b"))),
        .lost(LostTask(number: 4, attempt: 2, text: [1, 2], workers: ["a", "räven"])),
        .acknowledged(sequences: NumberSet([3, .max])),
        .finished(RunEnding(tasks: 12, isInterrupted: true, isHalted: true)), .farewell, .replaced,
    ]
    static let batch = TaskBatch(
        run: run,
        tasks: [
            PipelineTask(number: 1, text: []),
            PipelineTask(number: .max, attempt: 3, isLastAttempt: true, text: [0, 255, 10]),
        ], header: [9, 9])
    static let results = ResultBatch(
        run: run, worker: "räven-1",
        results: [
            TaskResult(
                number: 5, worker: "räven-1", status: 137, nanoseconds: 3000, text: [1, 2], output: []),
            TaskResult(
                number: 6, worker: "räven-1", status: 0, nanoseconds: 90_000_000_000_000, text: [], output: [0, 200],
                errors: [7], label: .digest, started: 1_700_000_000_000_000_000, attempt: 4, isFinal: false),
        ])

    @Test(arguments: fromWorkers)
    func `A worker's message comes back`(body: WorkerMessage.Body) throws {
        let message = WorkerMessage(run: Self.run, worker: Self.session, body: body)
        #expect(try WorkerMessage(Message(message.encoded)) == message)
    }

    @Test(arguments: fromCollectors)
    func `A collector's message comes back`(body: CollectorMessage.Body) throws {
        let message = CollectorMessage(run: Self.run, collector: Self.session, body: body)
        #expect(try CollectorMessage(Message(message.encoded)) == message)
    }

    @Test(arguments: toCollectors)
    func `A producer's message comes back`(body: ProducerMessage.Body) throws {
        let message = ProducerMessage(run: Self.run, body: body)
        #expect(try ProducerMessage(Message(message.encoded)) == message)
    }

    @Test func `A list of tasks gives each as it was, and equals one that was read`() throws {
        let tasks = Self.batch.tasks
        #expect(tasks.count == 2)
        #expect(tasks.map(\.number) == [1, .max])
        #expect(Array(tasks)[1].isLastAttempt)
        #expect(tasks.map { Array($0.text) } == [[], [0, 255, 10]])
        let read = try TaskBatch(Message(Self.batch.encoded)).tasks
        #expect(read == tasks)
        #expect(Set([read, tasks]).count == 1)
        #expect(TaskList(tasks.dropFirst()) != tasks)
        #expect(TaskList().isEmpty)
    }

    @Test func `Tasks and results come back, byte for byte`() throws {
        #expect(try TaskBatch(Message(Self.batch.encoded)) == Self.batch)
        #expect(try ResultBatch(Message(Self.results.encoded)) == Self.results)
    }

    @Test func `A message that is cut short or altered is refused, or read as something, and never more`() {
        var random = SplitMix(seed: 11)
        let messages =
            Self.fromWorkers.map { WorkerMessage(run: Self.run, worker: Self.session, body: $0).encoded }
            + Self.fromCollectors.map { CollectorMessage(run: Self.run, collector: Self.session, body: $0).encoded }
            + Self.toCollectors.map { ProducerMessage(run: Self.run, body: $0).encoded }
            + [Self.batch.encoded, Self.results.encoded]
        for message in messages {
            let bytes = [UInt8](message)
            for _ in 0..<300 {
                var broken = Array(bytes.prefix(.random(in: 0...bytes.count, using: &random)))
                if !broken.isEmpty {
                    for _ in 0..<3 {
                        broken[.random(in: 0..<broken.count, using: &random)] = .random(in: 0...255, using: &random)
                    }
                }
                readAsEverything(Message(Frame(broken)))
            }
        }
    }

    private func readAsEverything(_ message: Message) {
        _ = try? WorkerMessage(message)
        _ = try? CollectorMessage(message)
        _ = try? ProducerMessage(message)
        _ = try? TaskBatch(message)
        _ = try? ResultBatch(message)
        _ = try? StatusMessage.status(message)
    }

    @Test func `What is not of a pipeline is told apart from another version`() {
        #expect(throws: WireError.self) { try ResultBatch(["100"]) }
        #expect(throws: WireError.self) { try ResultBatch([Self.results.encoded, ""]) }
        var bytes = [UInt8](Self.results.encoded)
        bytes[2] = 9
        let error = #expect(throws: WireError.self) { try ResultBatch(Message(Frame(bytes))) }
        #expect(error?.description.contains("version 9") == true)
    }

    @Test func `A run's name reads back`() {
        #expect(RunID(Self.run.description) == Self.run)
        #expect(RunID("12") == nil)
        #expect(RunID(String(repeating: "g", count: 32)) == nil)
    }
}
