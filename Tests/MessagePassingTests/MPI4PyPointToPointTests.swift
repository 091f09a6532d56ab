import MessagePassing
import Testing

/// What mpi4py's `test_p2p_obj.py` and `test_p2p_obj_matched.py` check, written anew.
@Suite(.timeLimit(.minutes(3))) struct MPI4PyPointToPointTests {
    // MARK: One message at a time

    private static func passAlong<Value: SampleValue>(_ value: Value, _ world: Communicator) async throws {
        guard world.size > 1 else { return }
        if world.rank == 0 {
            try await world.send(value, to: 1)
            return
        }
        let received: Value = try await world.receive(from: world.rank - 1)
        #expect(received == value)
        if world.rank < world.size - 1 { try await world.send(received, to: world.rank + 1) }
    }

    @Test(arguments: 1...3)
    func `Values go along a chain of all ranks`(size: Int) async throws {
        try await SampleValues.runAll(size) { value, world in try await Self.passAlong(value, world) }
    }

    private static func sendFirst<Value: SampleValue>(_ value: Value, _ world: Communicator) async throws {
        try await world.send(value, to: world.rank)
        let own: Value = try await world.receive(from: world.rank)
        #expect(own == value)
        try await world.send(value, to: world.next)
        let passed: Value = try await world.receive(from: world.previous)
        #expect(passed == value)
    }

    @Test(arguments: 1...3)
    func `What is sent first is received, by the sender itself and around the ring`(size: Int) async throws {
        try await SampleValues.runAll(size) { value, world in try await Self.sendFirst(value, world) }
    }

    private static func receiveFirst<Value: SampleValue>(_ value: Value, _ world: Communicator) async throws {
        async let own: Value = world.receive(from: world.rank, tag: 1)
        async let passed: Value = world.receive(from: world.previous, tag: 2)
        try await world.send(value, to: world.rank, tag: 1)
        try await world.send(value, to: world.next, tag: 2)
        let received = try await [own, passed]
        #expect(received == [value, value])
    }

    @Test(arguments: 1...3)
    func `A receive that waits gets what is sent later, by the receiver itself and around the ring`(
        size: Int
    ) async throws {
        try await SampleValues.runAll(size) { value, world in try await Self.receiveFirst(value, world) }
    }

    private static func sendAndReceive<Value: SampleValue>(_ value: Value, _ world: Communicator) async throws {
        let received: Value = try await world.sendReceive(value, to: world.next, from: world.previous)
        #expect(received == value)
        let nothing: Value? = try await world.sendReceive(Value?.none, to: world.next, from: world.previous)
        #expect(nothing == nil)
    }

    @Test(arguments: 1...3)
    func `Sending and receiving at once passes values, and nothing, around the ring`(size: Int) async throws {
        try await SampleValues.runAll(size) { value, world in try await Self.sendAndReceive(value, world) }
    }

    private static func pingPong<Value: SampleValue>(_ value: Value, _ world: Communicator) async throws {
        guard world.size > 1, world.rank < 2 else { return }
        if world.rank == 0 { try await world.send(value, to: 1) }
        let received: Value = try await world.receive(from: 1 - world.rank)
        #expect(received == value)
        if world.rank == 1 { try await world.send(received, to: 0) }
    }

    @Test(arguments: 1...3)
    func `Two ranks pass a value to and fro`(size: Int) async throws {
        try await SampleValues.runAll(size) { value, world in try await Self.pingPong(value, world) }
    }

    // MARK: Several at a time

    private static func receiveByTag<Value: SampleValue>(_ value: Value, _ world: Communicator) async throws {
        for tags in [[1, 2, 3], [3, 2, 1]] {
            async let first: Value = world.receive(from: world.rank, tag: 1)
            async let second: Value = world.receive(from: world.rank, tag: 2)
            async let third: Value = world.receive(from: world.rank, tag: 3)
            for tag in tags { try await world.send(value, to: world.rank, tag: tag) }
            let received = try await [third, second, first]
            #expect(received == [value, value, value])
        }
    }

    @Test(arguments: 1...3)
    func `Receives of three tags get theirs in whatever order the messages come`(size: Int) async throws {
        try await SampleValues.runAll(size) { value, world in try await Self.receiveByTag(value, world) }
    }

    private static func sendSix<Value: SampleValue>(_ value: Value, _ world: Communicator) async throws {
        for _ in 0..<6 { try await world.send(value, to: world.rank) }
        for left in (0..<6).reversed() {
            let received: Value = try await world.receive(from: world.rank)
            #expect(received == value)
            let isLast = try world.tryProbe(from: world.rank) == nil
            #expect(isLast == (left == 0))
        }
    }

    @Test(arguments: 1...3)
    func `Six messages to oneself wait until they are received`(size: Int) async throws {
        try await SampleValues.runAll(size) { value, world in try await Self.sendSix(value, world) }
    }

    @Test(arguments: 1...3)
    func `Six receives end in groups, as their messages come`(size: Int) async throws {
        try await SampleValues.run(size) { world in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for tag in 0..<6 {
                    group.addTask {
                        let message: Received<String> = try await world.receiveMessage(from: world.rank, tag: tag)
                        #expect(message.value == "abc" && message.source == world.rank)
                        return message.tag
                    }
                }
                for tags in [[5], [3, 1, 2], [0, 4]] {
                    for tag in tags { try await world.send("abc", to: world.rank, tag: tag) }
                    var ended: Set<Int> = []
                    for _ in tags { ended.insert(try await group.next() ?? -1) }
                    #expect(ended == Set(tags))
                }
            }
        }
    }

    private static func cancel<Value: SampleValue>(_ value: Value, _ world: Communicator) async throws {
        let waiting = Task { () async throws -> Value in try await world.receive(from: world.rank) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        try await world.send(value, to: world.rank)
        let received: Value = try await world.receive(from: world.rank)
        #expect(received == value)
    }

    @Test(arguments: 1...3)
    func `A receive that is cancelled leaves the message to the next one`(size: Int) async throws {
        try await SampleValues.runAll(size) { value, world in try await Self.cancel(value, world) }
    }

    // MARK: Probes

    private static func probe<Value: SampleValue>(_ value: Value, _ world: Communicator) async throws {
        #expect(try world.tryProbe() == nil)
        try await world.send(value, to: world.rank, tag: 123)
        let found = try #require(try world.tryProbe())
        #expect(found.source == world.rank && found.tag == 123)
        let waited = try await world.probe()
        #expect(waited == found)
        let received: Value = try await world.receive(from: waited.source, tag: waited.tag)
        #expect(received == value)
        #expect(try world.tryProbe() == nil)
    }

    @Test(arguments: 1...3)
    func `A probe finds nothing before a message comes, and leaves the message where it is`(size: Int) async throws {
        try await SampleValues.runAll(size) { value, world in try await Self.probe(value, world) }
    }
}
