import Glibc
import MessagePassing
import ProcessSupport
import SwiftZMQ
import Testing

/// How a rank learns who it is.
@Suite(.timeLimit(.minutes(1))) struct WorldConfigurationTests {
    private let folder: TemporaryFolder
    private var keyFile: String { folder.path + "/key" }
    private let certificate: CurveCertificate

    init() throws {
        folder = try TemporaryFolder()
        certificate = CurveCertificate(try .generate())
        try certificate.write(to: folder.path + "/key")
    }

    /// Reads variables, those of rank 1 of 3 unless others are given.
    private func read(_ changes: [String: String?] = [:]) throws -> WorldConfiguration? {
        var variables: [String: String] = [
            "RANKS_RANK": "1", "RANKS_SIZE": "3", "RANKS_RENDEZVOUS": "tcp://127.0.0.1:5555", "RANKS_KEY_FILE": keyFile,
        ]
        for (name, value) in changes { variables[name] = value }
        return try WorldConfiguration(environment: { [variables] in variables[$0] })
    }

    /// What reading them is refused with.
    private func refusal(_ changes: [String: String?]) -> String {
        do {
            let configuration = try read(changes)
            return "read as \(String(describing: configuration))"
        } catch {
            return "\(error)"
        }
    }

    @Test func `The four variables are read`() throws {
        let configuration = try #require(try read())
        #expect(configuration.rank == 1)
        #expect(configuration.size == 3)
        #expect(configuration.rendezvous == "tcp://127.0.0.1:5555")
        #expect(configuration.keys == certificate.keys)
        #expect(configuration.heartbeatInterval == .seconds(1))
        #expect(configuration.joinTimeout == .seconds(60))
    }

    @Test func `Without any of them there is no configuration, and without some an error that names those`() throws {
        let names = ["RANKS_RANK", "RANKS_SIZE", "RANKS_RENDEZVOUS", "RANKS_KEY_FILE"]
        #expect(try read(Dictionary(uniqueKeysWithValues: names.map { ($0, String?.none) })) == nil)
        let said = refusal(["RANKS_SIZE": nil, "RANKS_KEY_FILE": nil])
        #expect(said.hasPrefix("invalidArgument: RANKS_SIZE, RANKS_KEY_FILE missing"), "\(said)")
    }

    @Test(arguments: [
        ("RANKS_RANK", "one", "RANKS_RANK=one: a number"), ("RANKS_SIZE", "-3", "RANKS_SIZE=-3: a number"),
        ("RANKS_RANK", "3", "rank 3 of 3"), ("RANKS_SIZE", "0", "rank 1 of 0"),
        ("RANKS_SIZE", "10001", "10001 ranks: at most 10000"),
        ("RANKS_SIZE", "9223372036854775807", "9223372036854775807 ranks: at most 10000"),
    ])
    func `Numbers that cannot be are refused`(name: String, value: String, wanted: String) {
        let said = refusal([name: value])
        #expect(said.hasPrefix("invalidArgument: \(wanted)"), "\(said)")
    }

    @Test func `A key file that others may use, or without a secret key, is refused`() throws {
        #expect(chmod(keyFile, 0o644) == 0)
        let said = refusal([:])
        #expect(said.contains("mode 644") && said.contains("chmod 600"), "\(said)")
        try certificate.publicCertificate.write(to: keyFile)
        #expect(chmod(keyFile, 0o600) == 0)
        #expect(refusal([:]).contains("it holds no secret key"))
        try folder.remove("key")
        #expect(refusal([:]).contains(keyFile))
    }

    @Test func `A program by itself is a world of one rank`() async throws {
        let keys = try CurveKeyPair.generate()
        let configuration = WorldConfiguration(rank: 0, size: 1, rendezvous: "", keys: keys)
        let world = try await Communicator.world(configuration)
        try await world.send("to myself", to: 0)
        let text: String = try await world.receive(from: 0)
        #expect(text == "to myself")
        #expect(try await world.allReduce(7, .sum) == 7)
        #expect(try await world.allGather("one") == ["one"])
        #expect(try await world.split(color: 0)?.size == 1)
        #expect(try await world.shrink().size == 1)
        await #expect { try await world.send(1, to: 1) } throws: { error in
            (error as? MessagePassingError)?.code == .invalidArgument
        }
        try await world.finish()
    }
}
