import DistributedHashTable
import Foundation
import Glibc
import ProcessSupport
import SwiftZMQ
import Testing

/// Nodes that know each other by their keys.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SecureNetworkTests {
    let programs = NodePrograms()
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Makes keys, which the nodes let in or not.
    private func keys(_ name: String, areKnown: Bool = true) throws -> CurveCertificate {
        let certificate = CurveCertificate(try .generate())
        let place = "\(folder.path)/\(areKnown ? "known" : "unknown")"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try certificate.save(in: place, name: name)
        return certificate
    }

    private func options(_ name: String, server: String? = nil, areKnown: Bool = true) -> [String] {
        ["--curve-secret-key", "\(folder.path)/\(areKnown ? "known" : "unknown")/\(name).key_secret"]
            + (server.map { ["--curve-server-key", "\(folder.path)/known/\($0).key"] } ?? [])
    }

    @Test func `With CURVE an identifier is the digest of a key, and strangers stay outside`() async throws {
        let certificates = try ["a", "b", "c", "client"].map { try keys($0) }
        let stranger = try keys("stranger", areKnown: false)
        let known = ["--curve-allow", "\(folder.path)/known"]
        let first = try await programs.joined(programs.start(["node"] + options("a") + known))
        #expect(first.id == NodeID(hashing: certificates[0].publicKey.bytes).description)
        var nodes = [first]
        for name in ["b", "c"] {
            let arguments = ["node", "--join", first.endpoint] + options(name, server: "a") + known
            nodes.append(try await programs.joined(programs.start(arguments)))
        }
        let client = options("client", server: "a")
        let store = try programs.start(["store", "--join", first.endpoint, "colour", "green"] + client)
        #expect(try await store.output.all() == ["stored colour at 3 nodes"])
        // Through the node of another key the same is found.
        let find = try programs.start(
            ["find", "--join", nodes[2].endpoint, "colour"] + options("client", server: "c"))
        #expect(try await find.output.all() == ["green"])
        #expect(stranger.publicKey != certificates[0].publicKey)
        let refused = try programs.start(
            ["ping", first.endpoint] + options("stranger", server: "a", areKnown: false))
        #expect(try await refused.ending() == .exited(1))
        let plain = try programs.start(["ping", first.endpoint])
        #expect(try await plain.ending() == .exited(1))
        for node in nodes { #expect(try await node.end(SIGTERM) == .exited(0)) }
    }
}
