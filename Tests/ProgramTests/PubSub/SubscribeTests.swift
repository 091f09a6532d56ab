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

    @Test(arguments: [(2, 0), (15, 0), (1, 129), (3, 131)] as [(Int32, Int32)])
    func `With a count or without, it ends as it is told`(signal: Int32, status: Int32) async throws {
        for count in ["7", "forever"] {
            let program = try programs.pubsub("subscribe", "--bind", "tcp://127.0.0.1:*", "--count", count)
            try await program.errors.wait(for: "subscribed on ")
            program.signal(signal)
            #expect(try await program.ending() == .exited(status), "--count \(count)")
        }
    }

    @Test func `A topic may begin with a dash and need not be UTF-8`() async throws {
        let endpoint = try await programs.publisher(of: ["a 1", "-5 2"], to: 1)
        let dashed = try programs.subscriber(of: endpoint, "--topic", "-5", "--count", "1")
        #expect(try await dashed.ending() == .exited(0))
        #expect(try await dashed.output.all().first == "-5 2")

        let publisher = try programs.shell(
            "exec $PUBSUB publish --bind tcp://127.0.0.1:* --wait-for-subscribers 1 $'\\xff\\xc3' payload")
        let bound = try await publisher.endpoint("publishing on ")
        // A subscription to the character that stands for what is no UTF-8 would match nothing.
        let latin = try programs.shell("$PUBSUB subscribe --connect \(bound) --topic $'\\xff' --count 1 | od -An -tx1")
        #expect(try await latin.output.all().first == " ff c3 20 70 61 79 6c 6f 61 64 0a")
    }

    @Test func `It says within seconds that a host does not resolve, or that nobody is there`() async throws {
        let (gone, free) = try await programs.publisher()
        gone.signal(9)
        _ = try await gone.ending()
        let subscriber = try programs.pubsub(
            "subscribe", "--connect", "tcp://nowhere.invalid:5556", "--connect", free, "--timeout", "25s")
        let start = ContinuousClock.now
        try await subscriber.errors.wait(for: "tcp://nowhere.invalid:5556: no connection", "does not resolve")
        try await subscriber.errors.wait(for: "\(free): no connection", "nobody accepts a connection")
        #expect(ContinuousClock.now - start < .seconds(10))
        let publisher = try programs.pubsub("publish", "--bind", free, "--topics", "10001", "--rate", "100/s")
        try await subscriber.errors.wait(for: "\(free): connected")
        #expect(try await subscriber.ending() == .exited(0))
        withExtendedLifetime(publisher) {}
    }

    @Test func `When nothing comes for so long it ends with status 1`() async throws {
        let endpoint = try await programs.publisher(of: ["10001 1"], to: 1)
        let subscriber = try programs.subscriber(of: endpoint, "--timeout", "1s", "--count", "forever")
        #expect(try await subscriber.ending() == .exited(1))
        #expect(try await subscriber.output.all().first == "10001 1")
        #expect(try await subscriber.errors.all().last == "pubsub: nothing has come for 1s")
    }

    @Test func `A template makes any line`() async throws {
        let subscriber = try await run(
            "--all", "--count", "2", "--template", #"{number}\t{topic}={payload} ({size}, {frames}) {"a": 1}"#,
            topics: 1)
        #expect(
            try await subscriber.output.all() == [
                "1\t10001=10 (2, 1) {\"a\": 1}", "2\t10002=20 (2, 1) {\"a\": 1}",
            ])
    }

    @Test func `With a template the average is not among the results`() async throws {
        let subscriber = try await run("--topic", "10002", "--count", "1", "--template", "{payload}", topics: 1)
        #expect(try await subscriber.output.all() == ["20"])
        #expect(try await subscriber.errors.all() == ["Average value for topic '10002' was 20.0F"])
    }

    // MARK: Commands

    private static let hostile = [
        "$(touch pwned) `touch pwned` '; touch pwned; \" a[$(touch pwned)] \\", "-n --help", "a  b\tc", "*",
    ]

    @Test(arguments: [
        #"printf "%s\n" "$PAYLOAD""#, #"printf "%s\n" "$2""#, "cat; echo", "printf %s\\n {payload}",
    ])
    func `A command gets the payload as data and nothing else`(command: String) async throws {
        // A backslash is for a shell, without which a command with a placeholder is run.
        let command = command.hasSuffix("{payload}") ? "echo x{payload}" : command
        let prefix = command.hasSuffix("{payload}") ? "x" : ""
        let folder = try TestFile(named: "unused", holding: "")
        let endpoint = try await programs.publisher(of: Self.hostile.map { "t \($0)" }, to: 1)
        let program = try programs.shell(
            "cd \(folder.folderPath) && exec $PUBSUB subscribe --connect \(endpoint) --all --count 4 --exec '\(command)'"
        )
        #expect(try await program.ending() == .exited(0), "\(program.errors.soFar)")
        #expect(try await program.output.all() == Self.hostile.map { prefix + $0 })
        let left = try await programs.shell("ls \(folder.folderPath)").output.all()
        #expect(left == ["unused"])
        withExtendedLifetime(folder) {}
    }

    @Test func `With a placeholder no shell is used, so what is for a shell is refused`() async throws {
        for command in [
            "echo \"{payload}\"", "echo '{topic}'", "echo {payload} > x", "trap {topic} EXIT; true", "X={topic} env",
            "echo $(({payload}))", "echo `echo {payload}`", "echo ${{topic}}", "cat {payload} | wc",
        ] {
            let program = try programs.pubsub("subscribe", "--exec", command)
            #expect(try await program.ending() == .exited(64), "\(command)")
            let lines = try await program.errors.all()
            #expect(lines.count == 1 && lines[0].contains("\"$PAYLOAD\""), "\(lines)")
        }
    }

    @Test func `A command that fails makes it status 1, also where SIGCHLD was ignored`() async throws {
        let endpoint = try await programs.publisher(of: ["t 1", "t 2"], to: 1)
        let program = try programs.shell(
            """
            exec env --ignore-signal=CHLD $PUBSUB subscribe --connect \(endpoint) --all --count 2 --exec 'exit $PAYLOAD'
            """)
        #expect(try await program.ending() == .exited(1))
        let errors = try await program.errors.all()
        #expect(errors.contains("pubsub: the command for topic 't' failed: it ended with status 2"), "\(errors)")
        #expect(errors.last == "pubsub: ran 2 commands, 2 of which failed")
    }

    @Test func `Several commands run at once, and their lines do not mix`() async throws {
        let endpoint = try await programs.publisher(of: (1...8).map { "t \($0)" }, to: 1)
        let folder = try TestFile(named: "unused", holding: "")
        // Each waits until all four of its kind have begun.
        let program = try programs.shell(
            """
            cd \(folder.folderPath) && exec $PUBSUB subscribe --connect \(endpoint) --all --count 8 --jobs 4 --exec '
                : > begun.$PAYLOAD; n=0
                while [ $(ls | grep -c begun) -lt 4 ] && [ $n -lt 500 ]; do sleep 0.01; n=$((n+1)); done
                printf "$PAYLOAD "; printf "$PAYLOAD "; echo "$n"
                for i in 1 2 3 4 5; do printf "a$PAYLOAD" >&2; echo b >&2; done'
            """)
        #expect(try await program.ending() == .exited(0))
        let errors = try await program.errors.all().filter { !$0.hasPrefix("pubsub: ") }
        #expect(errors.count == 40 && errors.allSatisfy { $0.wholeMatch(of: /a[1-8]b/) != nil }, "\(errors)")
        let lines = try await program.output.all()
        #expect(lines.count == 8)
        for line in lines {
            let words = line.split(separator: " ")
            #expect(words.count == 3 && words[0] == words[1] && words[2] != "500", "\(line)")
        }
        withExtendedLifetime(folder) {}
    }

    @Test func `A signal lets the command finish, and the second ends it as well`() async throws {
        let endpoint = try await programs.publisher(of: ["t 1", "t 2"], to: 2)
        let patient = try programs.pubsub(
            "subscribe", "--connect", endpoint, "--all", "--count", "forever", "--exec",
            "echo begun; read line; sleep 1; echo done")
        let stubborn = try programs.pubsub(
            "subscribe", "--connect", endpoint, "--all", "--count", "forever", "--exec", "echo begun $$; sleep 600")
        try await patient.output.wait(for: "begun")
        let begun = try await stubborn.output.wait(for: "begun ")
        patient.signal(2)
        #expect(try await patient.ending() == .exited(0))
        #expect(try await patient.output.all() == ["begun", "done"])
        // Two of a kind in a row could arrive as one.
        stubborn.signal(15)
        stubborn.signal(2)
        let status = try await stubborn.ending()
        // Whichever was the second to be noticed.
        #expect([.exited(130), .exited(143)].contains(status))
        let process = try #require(begun.split(separator: " ").last)
        let gone = try programs.shell(
            "for i in $(seq 200); do kill -0 \(process) 2>/dev/null || exit 0; sleep 0.05; done; exit 1")
        #expect(try await gone.ending() == .exited(0))
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
