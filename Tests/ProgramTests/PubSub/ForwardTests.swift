import ProcessSupport
import Testing

/// `pubsub forward` as a process, between publishers and subscribers that are processes, too.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ForwardTests {
    let programs = Programs()

    private func forwarder(_ options: String...) async throws
        -> (program: RunningProgram, publishers: String, subscribers: String)
    {
        try await forwarder(options)
    }

    private func forwarder(_ options: [String]) async throws
        -> (program: RunningProgram, publishers: String, subscribers: String)
    {
        let program = try programs.pubsub(
            ["forward", "--publishers", "tcp://127.0.0.1:*", "--subscribers", "tcp://127.0.0.1:*"] + options)
        return (
            program, try await program.endpoint("publishers on "), try await program.endpoint("subscribers on ")
        )
    }

    private func publisher(_ endpoint: String, _ lines: String...) throws -> RunningProgram {
        let program = try programs.pubsub("publish", "--connect", endpoint, "--stdin", "--wait-for-subscribers", "1")
        for line in lines { program.enter(line) }
        return program
    }

    @Test func `Several publishers reach each subscriber that asked`() async throws {
        let (forwarder, upstream, downstream) = try await forwarder()
        let all = try programs.subscriber(of: downstream, "--all", "--count", "forever")
        let second = try programs.subscriber(of: downstream, "--topic", "2", "--count", "forever")
        let publishers = try ["1", "2", "3"].map { topic in
            try programs.pubsub("publish", "--connect", upstream, "--topics", topic, "--rate", "100/s")
        }
        for topic in ["1 ", "2 ", "3 "] { try await all.output.wait(for: topic) }
        try await second.output.wait(for: "2 ", count: 3)
        #expect(second.output.soFar.allSatisfy { $0.hasPrefix("2 ") })
        forwarder.signal(2)
        #expect(try await forwarder.ending() == .exited(0))
        #expect(try await forwarder.errors.all().last?.hasPrefix("pubsub: forwarded ") == true)
        withExtendedLifetime(publishers) {}
    }

    @Test func `Without last values, subscriptions are passed on as they come`() async throws {
        let (_, upstream, downstream) = try await forwarder()
        let publisher = try programs.pubsub(
            "publish", "--connect", upstream, "--count", "1", "--topics", "7", "--wait-for-subscribers", "1")
        try await publisher.errors.wait(for: "waiting for 1 subscription")
        let subscriber = try programs.subscriber(of: downstream, "--topic", "7", "--count", "1")
        #expect(try await subscriber.ending() == .exited(0))
        #expect(try await publisher.errors.all().last == "pubsub: published 1 update")
    }

    @Test(arguments: [false, true])
    func `A publisher waits for the subscribers behind the forwarder, whoever comes first`(lastValue: Bool) async throws
    {
        let (_, upstream, downstream) = try await forwarder(lastValue ? ["--last-value"] : [])
        func publisher(waitingFor count: Int) throws -> RunningProgram {
            try programs.pubsub(
                "publish", "--connect", upstream, "--count", "1", "--topics", "7", "--wait-for-subscribers", "\(count)")
        }
        let early = try publisher(waitingFor: 2)
        try await early.errors.wait(for: "waiting for 2 subscriptions")
        let first = try programs.subscriber(of: downstream, "--all", "--count", "forever")
        // Nobody begins with one subscriber, or with the forwarder's own subscription.
        let single = try publisher(waitingFor: 1)
        #expect(try await single.ending() == .exited(0))
        try await first.output.wait(for: "7 ")
        #expect(!early.errors.soFar.contains { $0.contains("publishing begins") })
        let second = try programs.subscriber(of: downstream, "--all", "--count", "forever")
        #expect(try await early.ending() == .exited(0))
        try await second.output.wait(for: "7 ")
        // And a publisher that comes when they are there.
        #expect(try await publisher(waitingFor: 2).ending() == .exited(0))
        let hopeless = try programs.pubsub(
            "publish", "--connect", upstream, "--count", "1", "--wait-for-subscribers", "3", "--timeout", "500ms")
        #expect(try await hopeless.ending() == .exited(1))
        #expect(try await hopeless.errors.all().last?.contains("2 of 3 subscriptions came") == true)
    }

    @Test func `A forwarder that waits loses nothing of what comes faster than it is read`() async throws {
        let (forwarder, upstream, downstream) = try await forwarder("--when-full", "wait", "--high-water-mark", "100")
        let script = """
            $PUBSUB subscribe --connect \(downstream) --all --count 100000 --format payload \
                | (read -r first; echo "$first"; sleep 0.5; cat) | sha256sum &
            seq -f 't %.0f' 1 100000 | $PUBSUB publish --connect \(upstream) --stdin --wait-for-subscribers 1
            wait
            seq 1 100000 | sha256sum
            """
        let program = try programs.shell(script)
        #expect(try await program.ending() == .exited(0))
        let sums = try await program.output.all()
        #expect(sums.count == 2 && sums.first == sums.last, "\(sums) \(program.errors.soFar)")
        withExtendedLifetime(forwarder) {}
    }

    @Test func `The last value of each topic is sent at once to who comes late, and to nobody else`() async throws {
        let (forwarder, upstream, downstream) = try await forwarder("--last-value")
        let early = try programs.subscriber(of: downstream, "--all", "--count", "forever")
        let publisher = try publisher(upstream, "hello 0")
        // Whether the early one was there first or came second, it has it now.
        try await early.output.wait(for: "hello 0")
        for line in ["a 1", "b 1", "a 2", "c 1"] { publisher.enter(line) }
        try await early.output.wait(for: "c 1")

        let late = try programs.subscriber(of: downstream, "--all", "--count", "4")
        #expect(try await late.ending() == .exited(0))
        #expect(try await late.output.all() == ["hello 0", "b 1", "a 2", "c 1"])
        let picky = try programs.subscriber(
            of: downstream, "--topic", "a", "--topic", "c", "--count", "2", "--format", "payload")
        #expect(try await picky.ending() == .exited(0))
        #expect(Set(try await picky.output.all()) == ["1", "2"])

        publisher.enter("end 1")
        try await early.output.wait(for: "end 1")
        #expect(early.output.soFar == ["hello 0", "a 1", "b 1", "a 2", "c 1", "end 1"])
        forwarder.signal(15)
        #expect(try await forwarder.ending() == .exited(0))
        let summary = try #require(try await forwarder.errors.all().last)
        let expected = /; 4 subscriptions came, which were sent [67] remembered messages at once$/
        #expect(summary.contains(expected), "\(summary)")
    }

    @Test func `The summary counts what was sent and what was dropped for a subscriber that comes late`() async throws {
        let (forwarder, upstream, downstream) = try await forwarder("--last-value", "--high-water-mark", "50")
        // Somebody for the publisher to wait for, who gets nothing of it.
        let other = try programs.subscriber(of: downstream, "--topic", "none", "--count", "forever")
        defer { withExtendedLifetime(other) {} }
        // Far more than a connection holds: 2000 topics of 66 kB.
        let publisher = try programs.shell(
            """
            head -c 132000000 /dev/zero | tr '\\0' x | fold -w 66000 | awk '{ print "t" NR, $0 }' |
                $PUBSUB publish --connect \(upstream) --stdin --wait-for-subscribers 1
            """)
        #expect(try await publisher.ending() == .exited(0))
        let last = try programs.pubsub("publish", "--connect", upstream, "last", "one")
        #expect(try await last.ending() == .exited(0))
        let late = try programs.subscriber(
            of: downstream, "--all", "--count", "forever", "--timeout", "3s", "--template", "{topic}")
        #expect(try await late.ending() == .exited(1))
        let received = try await late.output.all().count
        forwarder.signal(2)
        #expect(try await forwarder.ending() == .exited(0))
        let summary = try #require(try await forwarder.errors.all().last)
        let match = try #require(
            summary.firstMatch(of: /sent (\d+), dropped (\d+) for .*which were sent (\d+) remembered/), "\(summary)")
        #expect(Int(match.1) == received && match.3 == match.1 && Int(match.2) == 2001 - received, "\(summary)")
        #expect(received > 0 && received < 2001)
    }

    @Test func `Last values reach a Python subscriber`() async throws {
        let (_, upstream, downstream) = try await forwarder("--last-value")
        let early = try programs.subscriber(of: downstream, "--all", "--count", "forever")
        let publisher = try publisher(upstream, "10001 1", "10001 42", "100010 1", "100011 1", "100012 1", "100013 1")
        try await early.output.wait(for: "100013 1")
        let late = try await programs.interop("weather_subscriber.py", downstream)
        #expect(try await late.ending() == .exited(0))
        #expect(try await late.output.all().first == "update 10001 42")
        withExtendedLifetime(publisher) {}
    }

    @Test func `What is forwarded can be captured`() async throws {
        let (program, upstream, downstream) = try await forwarder("--capture", "tcp://127.0.0.1:*")
        let copies = try programs.subscriber(
            of: try await program.endpoint("capture on "), "--all", "--count", "forever")
        let subscriber = try programs.subscriber(of: downstream, "--topic", "1", "--count", "forever")
        _ = try programs.pubsub("publish", "--connect", upstream, "--topics", "1-2", "--rate", "100/s")
        try await subscriber.output.wait(for: "1 ")
        try await copies.output.wait(for: "1 ", count: 3)
        // The publisher was not asked for the other topic.
        #expect(copies.output.soFar.allSatisfy { $0.hasPrefix("1 ") })
    }
}
