import ProcessSupport
import SwiftZMQ
import Testing

/// `pubsub` with the certificates of `webgateway keygen`.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PubSubCurveTests {
    let programs = Programs()
    private let folder: String
    private let keys: TestFile

    init() async throws {
        keys = try TestFile(named: "unused", holding: "")
        folder = keys.folderPath
        for name in ["server", "client", "stranger"] {
            let program = try programs.webgateway("keygen", folder, name)
            #expect(try await program.ending() == .exited(0))
        }
        let allowed = try programs.shell("mkdir \(folder)/allowed && cp \(folder)/client.key \(folder)/allowed")
        #expect(try await allowed.ending() == .exited(0))
    }

    private var server: [String] {
        ["--curve-secret-key", "\(folder)/server.key_secret", "--curve-allow", "\(folder)/allowed"]
    }

    private func client(_ name: String) -> [String] {
        ["--curve-secret-key", "\(folder)/\(name).key_secret", "--curve-server-key", "\(folder)/server.key"]
    }

    @Test func `Who is allowed gets updates, and a stranger is told that it is turned away`() async throws {
        let publisher = try programs.pubsub(
            ["publish", "--bind", "tcp://127.0.0.1:*", "--topics", "1", "--rate", "100/s"] + server)
        let endpoint = try await publisher.endpoint("publishing on ")
        let subscriber = try programs.pubsub(
            ["subscribe", "--connect", endpoint, "--all", "--count", "1"] + client("client"))
        #expect(try await subscriber.ending() == .exited(0))
        let strangers = try [client("stranger"), []].map { options in
            try programs.pubsub(["subscribe", "--connect", endpoint, "--all", "--timeout", "20s"] + options)
        }
        try await strangers[0].errors.wait(for: "turned this one away")
        try await strangers[1].errors.wait(for: "do not agree on how they are secured")
        for stranger in strangers {
            #expect(try await stranger.ending() == .exited(1))
            #expect(try await stranger.output.all() == [])
        }
        try await publisher.errors.wait(for: "turned 127.0.0.1 away")
    }

    @Test func `A forwarder lets in publishers and subscribers alike`() async throws {
        let forwarder = try programs.pubsub(
            ["forward", "--publishers", "tcp://127.0.0.1:*", "--subscribers", "tcp://127.0.0.1:*"] + server)
        let (upstream, downstream) =
            (try await forwarder.endpoint("publishers on "), try await forwarder.endpoint("subscribers on "))
        let publisher = try programs.pubsub(["publish", "--connect", upstream, "topic", "secret"] + client("client"))
        let subscriber = try programs.pubsub(
            ["subscribe", "--connect", downstream, "--all", "--count", "1"] + client("client"))
        #expect(try await subscriber.ending() == .exited(0))
        #expect(try await subscriber.output.all() == ["topic secret"])
        #expect(try await publisher.ending() == .exited(0))
    }

    @Test func `What a forwarder remembers goes to who is allowed, and a stranger is told that it is turned away`()
        async throws
    {
        let forwarder = try programs.pubsub(
            ["forward", "--last-value", "--publishers", "tcp://127.0.0.1:*", "--subscribers", "tcp://127.0.0.1:*"]
                + server)
        let (upstream, downstream) =
            (try await forwarder.endpoint("publishers on "), try await forwarder.endpoint("subscribers on "))
        let early = try programs.pubsub(
            ["subscribe", "--connect", downstream, "--all", "--count", "forever"] + client("client"))
        for (topic, payload) in [("a", "1"), ("b", "secret"), ("a", "2")] {
            let publisher = try programs.pubsub(["publish", "--connect", upstream, topic, payload] + client("client"))
            #expect(try await publisher.ending() == .exited(0))
        }
        // What came before it was there is sent to it, too.
        try await early.output.wait(for: "a 2")
        let late = try programs.pubsub(
            ["subscribe", "--connect", downstream, "--all", "--count", "2"] + client("client"))
        #expect(try await late.ending() == .exited(0))
        #expect(try await late.output.all() == ["b secret", "a 2"])
        let strangers = try [client("stranger"), []].map { options in
            try programs.pubsub(["subscribe", "--connect", downstream, "--all", "--timeout", "20s"] + options)
        }
        try await strangers[0].errors.wait(for: "turned this one away")
        try await strangers[1].errors.wait(for: "do not agree on how they are secured")
        try await forwarder.errors.wait(for: "turned 127.0.0.1 away")
        for stranger in strangers {
            #expect(try await stranger.ending() == .exited(1))
            #expect(try await stranger.output.all() == [])
        }
    }

    @Test func `Recording, watching and replaying are encrypted, too`() async throws {
        let publisher = try programs.pubsub(
            ["publish", "--bind", "tcp://127.0.0.1:*", "--topics", "1", "--rate", "100/s"] + server)
        let endpoint = try await publisher.endpoint("publishing on ")
        let stranger = try programs.pubsub(["top", "--connect", endpoint, "--count", "forever"])
        let top = try programs.pubsub(["top", "--connect", endpoint, "--count", "3"] + client("client"))
        let file = "\(folder)/recording.jsonl"
        let recorder = try programs.pubsub(
            ["record", file, "--connect", endpoint, "--count", "3"] + client("client"))
        #expect(try await recorder.ending() == .exited(0))
        #expect(try await top.ending() == .exited(0))
        #expect(try await top.output.all().contains { $0.hasPrefix("1 ") })
        let replayer = try programs.pubsub(
            ["replay", file, "--bind", "tcp://127.0.0.1:*", "--wait-for-subscribers", "1", "--speed", "max"] + server)
        let subscriber = try programs.pubsub(
            ["subscribe", "--connect", try await replayer.endpoint("replaying on "), "--all", "--count", "3"]
                + client("client"))
        #expect(try await subscriber.ending() == .exited(0))
        #expect(try await replayer.ending() == .exited(0))
        try await stranger.errors.wait(for: "do not agree on how they are secured")
        #expect(!stranger.output.soFar.contains { $0.hasPrefix("1 ") })
    }

    @Test(arguments: [[], ["--forwarder"]])
    func `A benchmark lets in those that are allowed to join`(options: [String]) async throws {
        let bench = try programs.pubsub(
            [
                "bench", "--bind", "tcp://127.0.0.1:*", "--joining", "1", "--rate", "500/s", "--duration", "500ms",
                "--format", "json",
            ] + options + server)
        let endpoint = try await bench.endpoint("waiting for 1 subscriber to join at ")
        let stranger = try programs.pubsub(["bench", "--join", endpoint] + client("stranger"))
        try await bench.errors.wait(for: "turned 127.0.0.1 away")
        let joined = try programs.pubsub(["bench", "--join", endpoint, "--format", "json"] + client("client"))
        for program in [bench, joined] {
            #expect(try await program.ending() == .exited(0), "\(program.errors.soFar)")
            #expect(try await program.output.all().first?.contains("\"lost\":0,") == true)
        }
        #expect(stranger.output.soFar == [])
    }

    @Test func `A certificate that is none is one line that names its option`() async throws {
        let wrong: [([String], String)] = [
            (["--curve-secret-key", "\(folder)/server.key", "--curve-allow", folder], "it is a public certificate"),
            (["--curve-secret-key", "\(folder)/none", "--curve-allow", folder], "--curve-secret-key '\(folder)/none'"),
            (
                ["--curve-secret-key", "\(folder)/server.key_secret", "--curve-allow", "\(folder)/none"],
                "--curve-allow '\(folder)/none'"
            ),
        ]
        for (options, complaint) in wrong {
            let program = try programs.pubsub(["publish", "--bind", "tcp://127.0.0.1:*"] + options)
            #expect(try await program.ending() == .exited(1))
            let lines = try await program.errors.all()
            #expect(lines.count == 1 && lines[0].contains(complaint), "\(lines)")
        }
    }

    @Test func `An endpoint that is open to other machines is said once, one of this machine is not`() async throws {
        let open = try programs.pubsub("publish", "--bind", "tcp://*:*", "--bind", "tcp://0.0.0.0:*", "--count", "1")
        #expect(try await open.ending() == .exited(0))
        #expect(try await open.errors.all().count { $0.contains("is open to every machine") } == 1)
        let bench = try programs.pubsub("bench", "--bind", "tcp://*:*", "--duration", "100ms")
        #expect(try await bench.ending() == .exited(0))
        #expect(try await bench.errors.all().count { $0.contains("is open to every machine") } == 1)
        let closed = try programs.pubsub("publish", "--bind", "tcp://127.0.0.1:*", "--count", "1")
        #expect(try await closed.ending() == .exited(0))
        #expect(try await !closed.errors.all().contains { $0.contains("is open") })
        let secured = try programs.pubsub(["publish", "--bind", "tcp://*:*", "--count", "1"] + server)
        #expect(try await secured.ending() == .exited(0))
        #expect(try await !secured.errors.all().contains { $0.contains("is open") })
    }
}
