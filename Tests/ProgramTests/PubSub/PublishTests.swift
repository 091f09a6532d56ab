import Foundation
import ProcessSupport
import Testing

/// `pubsub publish` as a process.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PublishTests {
    let programs = Programs()

    @Test func `A publisher waits for subscriptions, equal ones counted, and then nobody misses anything`() async throws
    {
        let endpoint = try await programs.publisher(of: (1...100).map { "t \($0)" }, to: 2)
        let first = try programs.subscriber(of: endpoint, "--topic", "t", "--count", "100", "--format", "payload")
        let second = try programs.subscriber(of: endpoint, "--topic", "t", "--count", "100", "--format", "payload")
        for subscriber in [first, second] {
            #expect(try await subscriber.ending() == .exited(0))
            #expect(try await subscriber.output.all() == (1...100).map(String.init))
        }
    }

    @Test func `A line without a topic is a warning with its number, and the rest goes on`() async throws {
        let program = try programs.pubsub(
            "publish", "--bind", "tcp://127.0.0.1:*", "--stdin", "--wait-for-subscribers", "1")
        let endpoint = try await program.endpoint("publishing on ")
        for line in ["a 1", "", " b 2", "word", "c 3"] { program.enter(line) }
        program.endInput()
        let subscriber = try programs.subscriber(of: endpoint, "--all", "--count", "3")
        #expect(try await subscriber.ending() == .exited(0))
        #expect(try await subscriber.output.all() == ["a 1", "word", "c 3"])
        #expect(try await program.ending() == .exited(0))
        let warnings = try await program.errors.all().filter { $0.contains("no topic") }
        #expect(warnings.map { $0.prefix(15) } == ["pubsub: line 2:", "pubsub: line 3:"])
    }

    @Test func `Lines travel as two frames with --multipart`() async throws {
        let endpoint = try await programs.publisher(of: ["a 1 2", "b"], to: 1, "--multipart")
        let subscriber = try programs.subscriber(
            of: endpoint, "--all", "--count", "2", "--multipart", "--format", "json")
        #expect(try await subscriber.ending() == .exited(0))
        let lines = try await subscriber.output.all()
        #expect(lines.first?.hasPrefix(#"{"topic":"a","payload":"1 2","time":""#) == true)
        #expect(lines.last?.hasPrefix(#"{"topic":"b","payload":"","time":""#) == true)
    }

    @Test func `A slow subscriber holds the lines back and loses none`() async throws {
        // Twenty times what the queues hold, and a reader that stands still at first.
        let script = """
            exec 3< <(seq -f 't %.0f' 1 200000 \
                | $PUBSUB publish --bind tcp://127.0.0.1:* --stdin --wait-for-subscribers 1 --high-water-mark 100 2>&1 >&2)
            read -r line <&3
            $PUBSUB subscribe --connect "${line##* }" --all --count 200000 --format payload \
                | (read -r first; echo "$first"; sleep 1; cat) | sha256sum
            seq 1 200000 | sha256sum
            """
        let program = try programs.shell(script)
        #expect(try await program.ending() == .exited(0))
        let sums = try await program.output.all()
        #expect(sums.count == 2 && sums.first == sums.last, "\(sums) \(program.errors.soFar)")
    }

    @Test func `It stops after so many, and tells who was there`() async throws {
        let (program, _) = try await programs.publisher("--count", "3", "--rate", "max")
        #expect(try await program.ending() == .exited(0))
        #expect(
            try await program.errors.all().last
                == "pubsub: published 3 updates, all of them while nobody subscribed")
    }

    @Test func `Without options it is random weather of six places, once a second`() async throws {
        let (program, endpoint) = try await programs.publisher("--count", "3", "--wait-for-subscribers", "1")
        let start = ContinuousClock.now
        let subscriber = try programs.subscriber(of: endpoint, "--all", "--count", "3")
        #expect(try await program.ending() == .exited(0))
        // The first at once.
        #expect(ContinuousClock.now - start >= .seconds(2))
        #expect(try await subscriber.ending() == .exited(0))
        for line in try await subscriber.output.all() {
            let match = try #require(line.wholeMatch(of: /(\d+) (-?\d+)/), "\(line)")
            #expect((9999...10004).contains(Int(match.1) ?? 0) && (-79...134).contains(Int(match.2) ?? 999), "\(line)")
        }
    }

    @Test func `Whoever was waited for does not get more than the rate at first`() async throws {
        let (program, endpoint) = try await programs.publisher(
            "--rate", "4/s", "--count", "5", "--wait-for-subscribers", "1")
        // Long enough for four updates to be due, if they were from now on.
        try await program.errors.wait(for: "waiting for 1 subscription")
        try await Task.sleep(for: .seconds(1))
        let start = ContinuousClock.now
        let subscriber = try programs.subscriber(of: endpoint, "--all", "--count", "5")
        #expect(try await program.ending() == .exited(0))
        #expect(ContinuousClock.now - start >= .seconds(1))
        #expect(try await subscriber.ending() == .exited(0))
    }

    @Test func `A rate is kept`() async throws {
        let start = ContinuousClock.now
        let (program, _) = try await programs.publisher("--count", "21", "--rate", "20/s")
        #expect(try await program.ending() == .exited(0))
        #expect(ContinuousClock.now - start >= .seconds(1))
    }

    @Test func `A signal ends it with the summary and status 0`() async throws {
        for number: Int32 in [2, 15] {
            let (program, endpoint) = try await programs.publisher("--rate", "100/s")
            let subscriber = try programs.subscriber(of: endpoint, "--all", "--count", "3")
            #expect(try await subscriber.ending() == .exited(0))
            program.signal(number)
            #expect(try await program.ending() == .exited(0))
            #expect(try await program.errors.all().last?.hasPrefix("pubsub: published ") == true)
        }
    }

    @Test func `A signal ends it while it waits, for subscribers as for input`() async throws {
        let (waiting, _) = try await programs.publisher("--wait-for-subscribers", "1")
        let (reading, _) = try await programs.publisher("--stdin")
        for program in [waiting, reading] {
            program.signal(2)
            #expect(try await program.ending() == .exited(0))
            #expect(try await program.errors.all().last == "pubsub: published 0 updates")
        }
    }

    @Test func `A signal ends it while a subscriber stands still that has not taken everything`() async throws {
        // More than the kernel keeps for a connection, and not before the subscriber stands still.
        let publisher = try programs.shell(
            """
            exec $PUBSUB publish --bind tcp://127.0.0.1:* --stdin --wait-for-subscribers 1 \
                < <(read -r go; head -c 20000000 /dev/zero | tr '\\0' x | fold -w 99999)
            """)
        let subscriber = try programs.subscriber(
            of: try await publisher.endpoint("publishing on "), "--all", "--count", "forever", "--format", "payload")
        try await publisher.errors.wait(for: "publishing begins")
        subscriber.signal(19)
        publisher.enter("go")
        try await publisher.errors.wait(for: "published ")
        publisher.signal(2)
        #expect(try await publisher.ending() == .exited(0))
        #expect(
            try await publisher.errors.all().last == "pubsub: ended before every subscriber had taken everything")
        subscriber.signal(9)
    }

    @Test func `One update goes out as soon as somebody subscribes to it, and not for another subscription`()
        async throws
    {
        let publisher = try programs.pubsub("publish", "--bind", "tcp://127.0.0.1:*", "10001", "42 degrees")
        let endpoint = try await publisher.endpoint("publishing on ")
        let other = try programs.subscriber(of: endpoint, "--topic", "2", "--count", "forever")
        let subscriber = try programs.subscriber(of: endpoint, "--topic", "1000", "--count", "1")
        #expect(try await subscriber.ending() == .exited(0))
        #expect(try await subscriber.output.all() == ["10001 42 degrees"])
        #expect(try await publisher.ending() == .exited(0))
        #expect(try await publisher.errors.all().last == "pubsub: published 1 update")
        other.signal(2)
        #expect(try await other.output.all() == [])
    }

    @Test func `One update that nobody wants in time is status 1 and says so`() async throws {
        let (program, _) = try await programs.publisher("--timeout", "300ms", "10001", "42")
        #expect(try await program.ending() == .exited(1))
        #expect(
            try await program.errors.all().last
                == "pubsub: 0 of 1 subscription came within 300ms; nothing was published")
    }

    @Test(arguments: [(2, 130), (15, 143), (1, 129), (3, 131)] as [(Int32, Int32)])
    func `Interrupted before its end it says by what`(signal: Int32, status: Int32) async throws {
        let arguments = [
            ["--count", "1000", "--rate", "1/s"], ["topic", "payload"],
            ["--count", "5", "--wait-for-subscribers", "1"],
        ]
        for arguments in arguments {
            let program = try programs.pubsub(["publish", "--bind", "tcp://127.0.0.1:*"] + arguments)
            try await program.errors.wait(for: "publishing on ")
            program.signal(signal)
            #expect(try await program.ending() == .exited(status), "\(arguments)")
            #expect(try await program.errors.all().last?.hasPrefix("pubsub: published ") == true)
        }
    }

    @Test func `A hangup that it was told to ignore is ignored`() async throws {
        let program = try programs.shell(
            "exec env --ignore-signal=HUP $PUBSUB publish --bind tcp://127.0.0.1:* --rate 1/s")
        let endpoint = try await program.endpoint("publishing on ")
        program.signal(1)
        let subscriber = try programs.subscriber(of: endpoint, "--all", "--count", "1")
        #expect(try await subscriber.ending() == .exited(0))
        program.signal(15)
        #expect(try await program.ending() == .exited(0))
    }

    @Test func `A line of many megabytes is published whole, and one that is too long is left out`() async throws {
        let script = """
            (printf 'a '; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo 'b 1') | \
                $PUBSUB publish --bind tcp://127.0.0.1:* --stdin --wait-for-subscribers 1
            """
        let publisher = try programs.shell(script)
        let subscriber = try programs.subscriber(
            of: try await publisher.endpoint("publishing on "), "--all", "--count", "2", "--template", "{topic} {size}")
        #expect(try await subscriber.ending() == .exited(0))
        #expect(try await subscriber.output.all() == ["a 3000000", "b 1"])

        let limited = try programs.shell(script + " --max-line 1MiB")
        let second = try programs.subscriber(
            of: try await limited.endpoint("publishing on "), "--all", "--count", "1")
        #expect(try await second.output.all().first == "b 1")
        #expect(try await limited.errors.all().contains { $0.contains("line 1: longer than 1048576 bytes") })
    }

    /// The page's own line, word for word, with the awk of Debian, which collects its input unless it is told not to.
    @Test func `The line of the page that follows a log works literally`() async throws {
        let page = try String(contentsOfFile: PackageFolder.path("Documentation/pubsub.md"), encoding: .utf8)
        let line = try #require(page.split(separator: "\n").first { $0.hasPrefix("$ tail -f access.log") }).dropFirst(2)
        let log = try TestFile(named: "access.log", holding: "")
        let folder = log.folderPath
        let program = try programs.shell(
            """
            cd \(folder) && ln -s "$(command -v mawk || command -v awk)" awk && ln -s $PUBSUB pubsub
            PATH=\(folder):$PATH
            set -m
            \(line) --bind tcp://127.0.0.1:* --wait-for-subscribers 1 &
            read -r; kill %1; wait
            """)
        let endpoint = try await program.endpoint("publishing on ")
        let subscriber = try programs.subscriber(of: endpoint, "--all", "--count", "1")
        try await program.errors.wait(for: "publishing begins")
        // One short line, with nothing after it that could push it out.
        let writer = try programs.shell("echo '10.1.2.3 - - [now +0000] \"GET /index.html\"' >> \(log.path)")
        #expect(try await writer.ending() == .exited(0))
        #expect(try await subscriber.ending() == .exited(0))
        #expect(try await subscriber.output.all() == ["10.1.2.3 /index.html\""])
        program.enter("end")
        _ = try await program.ending()
        withExtendedLifetime(log) {}
    }

    @Test func `What is bound and what is connected to is one socket's`() async throws {
        let endpoint = try await programs.publisher(of: ["far 1"], to: 1)
        let subscriber = try programs.pubsub(
            "subscribe", "--bind", "tcp://127.0.0.1:*", "--bind", "tcp://127.0.0.1:*", "--connect", endpoint, "--all",
            "--count", "3", "--format", "payload")
        try await subscriber.errors.wait(for: "subscribed on ", count: 2)
        let bound = subscriber.errors.soFar.filter { $0.contains("subscribed on ") }
            .compactMap { $0.split(separator: " ").last }
        for (place, payload) in zip(bound, ["2", "3"]) {
            let publisher = try programs.pubsub("publish", "--connect", String(place), "near", payload)
            #expect(try await publisher.ending() == .exited(0))
        }
        #expect(try await subscriber.ending() == .exited(0))
        #expect(try await Set(subscriber.output.all()) == ["1", "2", "3"])
    }

    @Test func `Many publishers may connect to one subscriber`() async throws {
        let subscriber = try programs.pubsub("subscribe", "--bind", "tcp://127.0.0.1:*", "--all", "--count", "20")
        let endpoint = try await subscriber.endpoint("subscribed on ")
        for topic in ["1", "2"] {
            _ = try programs.pubsub(
                "publish", "--connect", endpoint, "--topics", topic, "--count", "10", "--rate", "max",
                "--wait-for-subscribers", "1")
        }
        #expect(try await subscriber.ending() == .exited(0))
        let lines = try await subscriber.output.all()
        #expect(lines.count { $0.hasPrefix("1 ") } == 10 && lines.count { $0.hasPrefix("2 ") } == 10)
    }
}
