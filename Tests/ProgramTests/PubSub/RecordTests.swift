import Foundation
import ProcessSupport
import Testing

/// `pubsub record` and `pubsub replay` as processes.
@Suite(.serialized, .timeLimit(.minutes(5))) struct RecordTests {
    let programs = Programs()

    private func recording() throws -> TestFile { try TestFile(named: "recording.jsonl", holding: "") }

    @Test func `What was recorded comes again, frame by frame, and with the bytes that it had`() async throws {
        let file = try recording()
        let publisher = try programs.shell(
            "printf 'a 1\\nb \\xff\\nc\\n' | $PUBSUB publish --bind tcp://127.0.0.1:* --stdin --wait-for-subscribers 1 --multipart"
        )
        let endpoint = try await publisher.endpoint("publishing on ")
        let recorder = try programs.pubsub("record", file.path, "--connect", endpoint, "--count", "3")
        #expect(try await recorder.ending() == .exited(0))
        #expect(try await recorder.errors.all().last?.hasPrefix("pubsub: recorded 3 updates; ") == true)

        let replayer = try programs.pubsub(
            "replay", file.path, "--bind", "tcp://127.0.0.1:*", "--wait-for-subscribers", "1", "--speed", "max")
        let subscriber = try programs.subscriber(
            of: try await replayer.endpoint("replaying on "), "--all", "--count", "3", "--multipart", "--format", "json"
        )
        #expect(try await subscriber.ending() == .exited(0))
        let lines = try await subscriber.output.all()
        try #require(lines.count == 3)
        for (line, members) in zip(
            lines,
            [
                #""topic":"a","payload":"1""#, #""topic":"b","payload_base64":"/w==""#, #""topic":"c","payload":"""#,
            ])
        { #expect(line.contains(members)) }
        #expect(try await replayer.ending() == .exited(0))
    }

    @Test func `A recorder that is killed leaves a file that can be read, and the next one goes on in it`() async throws
    {
        let file = try recording()
        let (_, endpoint) = try await programs.publisher("--rate", "max", "--topics", "7")
        for _ in 0..<3 {
            let before = try file.text.utf8.count
            let recorder = try programs.pubsub("record", file.path, "--connect", endpoint)
            let grown = try programs.shell(
                "for i in $(seq 1000); do [ $(stat -c %s \(file.path)) -gt \(before + 100_000) ] && exit 0; sleep 0.01; done; exit 1"
            )
            #expect(try await grown.ending() == .exited(0))
            recorder.signal(9)
            _ = try await recorder.ending()
        }
        // Half a line, as a kill in the midst of a write leaves it.
        let handle = try FileHandle(forWritingTo: URL(filePath: file.path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(#"{"time":"2026-11"#.utf8))
        try handle.close()
        let last = try programs.pubsub("record", file.path, "--connect", endpoint, "--count", "10")
        #expect(try await last.ending() == .exited(0))
        let check = try programs.shell(
            "python3 -c 'import json,sys; print(len([json.loads(l) for l in open(sys.argv[1])]))' \(file.path)")
        let count = try #require(Int(try await check.output.all().first ?? ""), "\(check.errors.soFar)")
        #expect(count > 1000)
    }

    @Test func `A file that is no recording is left alone, and so is one that another records to`() async throws {
        let foreign = try TestFile(named: "letter", holding: "Dear all,\n")
        for command in ["record", "replay"] {
            let program = try programs.pubsub(command, foreign.path, "--bind", "tcp://127.0.0.1:*")
            #expect(try await program.ending() == .exited(1))
            #expect(try await program.errors.all().last?.contains("it is no recording") == true)
        }
        #expect(try foreign.text == "Dear all,\n")
        let file = try recording()
        let first = try programs.pubsub("record", file.path, "--bind", "tcp://127.0.0.1:*")
        try await first.errors.wait(for: "recording on ")
        let second = try programs.pubsub("record", file.path, "--bind", "tcp://127.0.0.1:*")
        #expect(try await second.ending() == .exited(1))
        #expect(try await second.errors.all().last?.contains("another program records to it") == true)
        first.signal(15)
        #expect(try await first.ending() == .exited(0))
        withExtendedLifetime(file) {}
    }

    @Test func `Topics choose what is recorded, and a recording may be published to whoever binds`() async throws {
        let file = try recording()
        let endpoint = try await programs.publisher(of: ["a 1", "b 2", "ab 3", "c 4"], to: 2)
        let recorder = try programs.pubsub(
            "record", file.path, "--connect", endpoint, "--topic", "a", "--topic", "c", "--count", "3")
        #expect(try await recorder.ending() == .exited(0))
        let recorded = try file.text
        #expect(["a 1", "ab 3", "c 4"].allSatisfy { recorded.contains("{\"data\":\"\($0)\"}") }, "\(recorded)")
        #expect(!recorded.contains("b 2"))
        let subscriber = try programs.pubsub("subscribe", "--bind", "tcp://127.0.0.1:*", "--all", "--count", "3")
        let replayer = try programs.pubsub(
            "replay", file.path, "--connect", try await subscriber.endpoint("subscribed on "), "--speed", "max",
            "--wait-for-subscribers", "1")
        #expect(try await subscriber.ending() == .exited(0))
        #expect(try await subscriber.output.all() == ["a 1", "ab 3", "c 4"])
        #expect(try await replayer.ending() == .exited(0))
    }

    @Test(arguments: [2, 15] as [Int32])
    func `With a count or without, it ends well when it is told`(signal: Int32) async throws {
        for options in [[], ["--count", "7"]] {
            let file = try recording()
            let program = try programs.pubsub(["record", file.path, "--bind", "tcp://127.0.0.1:*"] + options)
            try await program.errors.wait(for: "recording on ")
            program.signal(signal)
            #expect(try await program.ending() == .exited(0), "\(options)")
            withExtendedLifetime(file) {}
        }
    }

    @Test func `It stops after a time, and before the file is too large`() async throws {
        let (_, endpoint) = try await programs.publisher("--rate", "max", "--topics", "7")
        let file = try recording()
        let sized = try programs.pubsub("record", file.path, "--connect", endpoint, "--max-size", "10KiB")
        #expect(try await sized.ending() == .exited(0))
        let size = try file.text.utf8.count
        #expect(size <= 10_240 && size > 10_100)
        #expect(try file.text.hasSuffix("}\n"))
        let timed = try programs.pubsub("record", file.path, "--bind", "tcp://127.0.0.1:*", "--duration", "200ms")
        #expect(try await timed.ending() == .exited(0))
        #expect(try await timed.errors.all().last == "pubsub: ended after 200ms")
    }

    private static let times = ["00.000", "00.400", "00.800", "10.000"]

    private func timed() throws -> TestFile {
        let lines = Self.times.enumerated().map { number, second in
            #"{"time":"2026-11-24T12:00:\#(second)000Z","frames":[{"data":"t\#(number) x"}]}"# + "\n"
        }
        return try TestFile(
            named: "r.jsonl", holding: #"{"recording":"pubsub","version":1}"# + "\n" + lines.joined())
    }

    private func replayed(_ options: String..., count: Int) async throws -> (lines: [String], took: Duration) {
        let file = try timed()
        let replayer = try programs.pubsub(
            ["replay", file.path, "--bind", "tcp://127.0.0.1:*", "--wait-for-subscribers", "1"] + options)
        let subscriber = try programs.subscriber(
            of: try await replayer.endpoint("replaying on "), "--all", "--count", "\(count)")
        try await replayer.errors.wait(for: "publishing begins")
        let start = ContinuousClock.now
        #expect(try await subscriber.ending() == .exited(0))
        let took = ContinuousClock.now - start
        replayer.signal(9)
        withExtendedLifetime(file) {}
        return (try await subscriber.output.all(), took)
    }

    @Test func `It keeps the pace of the recording, or another`() async throws {
        let own = try await replayed(count: 3)
        #expect(own.lines == ["t0 x", "t1 x", "t2 x"])
        #expect(own.took >= .milliseconds(700))
        let fast = try await replayed("--speed", "10", count: 4)
        #expect(fast.lines.count == 4 && fast.took >= .milliseconds(900) && fast.took < .seconds(8))
        let fastest = try await replayed("--speed", "max", count: 4)
        #expect(fastest.took < .seconds(5))
    }

    @Test func `Topics and times choose, and --loop begins again`() async throws {
        let some = try await replayed(
            "--speed", "max", "--from", "2026-11-24T12:00:00.4Z", "--to", "2026-11-24T13:00:10+01:00", "--loop",
            count: 4)
        #expect(some.lines == ["t1 x", "t2 x", "t1 x", "t2 x"])
        let one = try await replayed("--speed", "max", "--topic", "t3", "--topic", "t0", count: 2)
        #expect(one.lines == ["t0 x", "t3 x"])
    }

    @Test(arguments: [(2, 130), (15, 143)] as [(Int32, Int32)])
    func `Interrupted it says by what`(signal: Int32, status: Int32) async throws {
        let file = try timed()
        let replayer = try programs.pubsub("replay", file.path, "--bind", "tcp://127.0.0.1:*", "--speed", "0.01")
        try await replayer.errors.wait(for: "replaying on ")
        replayer.signal(signal)
        #expect(try await replayer.ending() == .exited(status))
        withExtendedLifetime(file) {}
    }
}
