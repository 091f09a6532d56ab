import ProcessSupport
import Testing

/// `pubsub subscribe` as a process.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SubscribeTests {
    let programs = Programs()
    private static let lines = ["10001 10", "10002 20", "100012 31", "9 cold", "10001 11"]

    private func run(_ options: String..., topics: Int) async throws -> RunningProgram {
        let endpoint = try await programs.publisher(of: Self.lines, to: topics)
        let subscriber = try programs.pubsub(["subscribe", "--connect", endpoint] + options)
        #expect(try await subscriber.ending() == .exited(0))
        return subscriber
    }

    @Test func `A prefix matches more than its topic, and the summary says so`() async throws {
        let subscriber = try await run("--count", "3", topics: 1)
        #expect(
            try await subscriber.output.all()
                == ["10001 10", "100012 31", "10001 11", "Average value for topic '10001' was 17.3F"])
        let said = try await subscriber.errors.all()
        #expect(said == ["pubsub: topic '10001' is a prefix and also matched '100012'; --exact leaves them out"])
    }

    @Test func `With --exact it does not`() async throws {
        let subscriber = try await run("--exact", "--count", "2", topics: 1)
        #expect(
            try await subscriber.output.all() == ["10001 10", "10001 11", "Average value for topic '10001' was 10.5F"])
        #expect(try await subscriber.errors.all() == [])
    }

    @Test func `Each topic has its average, but for payloads that are no numbers`() async throws {
        let subscriber = try await run(
            "--topic", "10001", "--topic", "9", "--topic", "10002", "--count", "5", topics: 3)
        #expect(
            try await subscriber.output.all()
                == Self.lines + [
                    "Average value for topic '10001' was 17.3F", "Average value for topic '10002' was 20.0F",
                ])
    }

    @Test func `Everything has no average`() async throws {
        let subscriber = try await run("--all", topics: 1)
        #expect(try await subscriber.output.all() == Self.lines)
    }

    @Test(arguments: ["json", "payload"])
    func `With another format the average is not among the results`(format: String) async throws {
        let subscriber = try await run("--topic", "10002", "--count", "1", "--format", format, topics: 1)
        let lines = try await subscriber.output.all()
        #expect(lines.count == 1)
        #expect(format == "json" ? lines[0].hasPrefix(#"{"topic":"10002","payload":"20","#) : lines[0] == "20")
        #expect(try await subscriber.errors.all() == ["Average value for topic '10002' was 20.0F"])
    }

    @Test func `A signal ends it with the summary and status 0`() async throws {
        let (_, endpoint) = try await programs.publisher("--rate", "200/s", "--topics", "10001")
        let subscriber = try programs.subscriber(of: endpoint, "--count", "forever")
        try await subscriber.output.wait(for: "10001 ", count: 3)
        subscriber.signal(2)
        #expect(try await subscriber.ending() == .exited(0))
        #expect(try await subscriber.output.all().last?.hasPrefix("Average value for topic '10001' was ") == true)
    }

    @Test func `Output to a closed pipe ends quietly`() async throws {
        let (_, endpoint) = try await programs.publisher("--rate", "200/s")
        let program = try programs.shell(
            "$PUBSUB subscribe --connect \(endpoint) --all --count forever | head -n 2; echo ${PIPESTATUS[0]}")
        #expect(try await program.ending() == .exited(0))
        #expect(try await program.output.all().last == "0")
        #expect(try await program.errors.all() == [])
    }

    @Test func `A full disk is one line and status 1`() async throws {
        let (_, endpoint) = try await programs.publisher("--rate", "200/s")
        let program = try programs.shell("$PUBSUB subscribe --connect \(endpoint) --all >/dev/full")
        #expect(try await program.ending() == .exited(1))
        #expect(try await program.errors.all() == ["pubsub: standard output: No space left on device"])
    }

    @Test func `It works before the publisher exists and goes on when that restarts`() async throws {
        let (first, endpoint) = try await programs.publisher("--topics", "1", "--rate", "100/s")
        // The port is known to be free again when its owner has ended.
        first.signal(9)
        _ = try await first.ending()
        let subscriber = try programs.subscriber(of: endpoint, "--all", "--count", "forever")
        for topic in ["2", "3", "4"] {
            let publisher = try programs.pubsub("publish", "--bind", endpoint, "--topics", topic, "--rate", "100/s")
            try await subscriber.output.wait(for: "\(topic) ", count: 1)
            publisher.signal(9)
            _ = try await publisher.ending()
        }
        let topics = subscriber.output.soFar.compactMap(\.first)
        #expect(topics.first == "2" && topics.last == "4")
    }
}
