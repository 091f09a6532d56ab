import Foundation
import Glibc
import ProcessSupport
import Testing

@testable import MessagePassing

/// A world on two machines, each with a network of its own.
@Suite(
    .serialized, .timeLimit(.minutes(5)), .enabled("needs root and ip netns", { await NetworkNamespaces.areAvailable }))
struct HostsTests {
    private static let ranks = RunningProgram.productFolder.appending(path: "ranks").path()
    private static let rankProgram = RunningProgram.productFolder.appending(path: "rank-program").path()

    /// Starts two ranks on each machine, by a remote shell that knows the way to both.
    private func run(_ network: NetworkNamespaces, _ folder: TemporaryFolder, _ words: String...) throws
        -> RunningProgram
    {
        let ways = try [NetworkNamespaces.Side.left, .right].map { side in
            "\(side.address)) way='\(try network.words(toRunOn: side).joined(separator: " "))';;"
        }
        try folder.write(
            "#!/bin/sh\ncase $1 in\n\(ways.joined(separator: "\n"))\nesac\nshift\nexec $way sh -c \"$*\"\n", to: "shell"
        )
        chmod(folder.path + "/shell", 0o755)
        let hosts = [NetworkNamespaces.Side.left, .right].map { "\($0.address):2" }.joined(separator: ",")
        return try RunningProgram.product(
            "ranks", ["run", "--keep-going", "--hosts", hosts, "--remote-shell", folder.path + "/shell"] + words)
    }

    @Test func `Ranks on two machines find each other and pass messages`() async throws {
        let folder = try TemporaryFolder()
        try await NetworkNamespaces.with { network in
            let ring = try run(network, folder, Self.ranks, "demo", "ring")
            #expect(try await ring.ending() == .exited(0))
            #expect(try await ring.output.all() == ["[0] 0 -> 1", "[0] 1 -> 2", "[0] 2 -> 3", "[0] 3 -> 0"])
            let heat = try run(network, folder, Self.ranks, "demo", "heat")
            let here = try RunningProgram.product("ranks", ["demo", "heat", "-n", "1"])
            let expected = try await here.output.all().map { "[0] \($0)" }
            #expect(try await heat.output.all() == expected)
        }
    }

    @Test func `A cable that is pulled makes two worlds, each of which goes on`() async throws {
        let folder = try TemporaryFolder()
        try await NetworkNamespaces.with { network in
            let running = try run(network, folder, Self.rankProgram, "barrier")
            try await running.output.wait(for: "ready", count: 4)
            try await network.pullCable()
            try await running.output.wait(for: "shrunk to 2", count: 4)
            #expect(try await running.ending() == .exited(0))
            let lines = try await running.output.all()
            #expect(lines.count { $0.contains("threw rankFailed: ranks 2, 3 ") } == 2, "\(lines)")
            #expect(lines.count { $0.contains("threw rankFailed: ranks 0, 1 ") } == 2, "\(lines)")
            #expect(lines.count { $0.hasSuffix("shrunk to 2, sum 1") } == 2, "\(lines)")
            #expect(lines.count { $0.hasSuffix("shrunk to 2, sum 5") } == 2, "\(lines)")
        }
    }
}

/// Where ranks say that they are.
@Suite struct RosterTests {
    private func roster(_ hosts: [String]) -> Roster {
        let entries = hosts.enumerated().map { rank, host in
            RosterEntry(
                rank: rank, size: hosts.count, control: "tcp://\(host):1", data: "tcp://\(host):2", token: nil)
        }
        var roster = Roster(entries[0])
        for entry in entries.dropFirst() { _ = roster.add(entry) }
        return roster
    }

    @Test func `A rank that gives its loopback address to other machines is refused, with the reason`() {
        let obstacle = roster(["a", "127.0.0.1", "10.0.0.2"]).obstacle
        #expect(obstacle?.code == .notJoined)
        #expect(obstacle?.ranks == [1])
        #expect(obstacle?.explanation.contains("/etc/hosts") == true)
    }

    @Test func `Ranks of one machine, by its name or not, and of several may join`() {
        for hosts in [["127.0.0.1"], ["a", "127.0.0.1", "127.0.0.1"], ["a", "10.0.0.1", "10.0.0.2"]] {
            let roster = roster(hosts)
            #expect(roster.complete?.count == hosts.count)
            #expect(roster.obstacle == nil, "\(hosts)")
        }
    }

    @Test func `Entries that cannot be are refused, and the same one twice is not`() {
        var roster = Roster(RosterEntry(rank: 0, size: 2, control: "tcp://a:1", data: "tcp://a:2"))
        let one = RosterEntry(rank: 1, size: 2, control: "tcp://b:1", data: "tcp://b:2")
        let another = RosterEntry(rank: 1, size: 2, control: "tcp://c:1", data: "tcp://c:2")
        let strange = RosterEntry(rank: 2, size: 2, control: "tcp://d:1", data: "tcp://d:2")
        let larger = RosterEntry(rank: 1, size: 3, control: "tcp://b:1", data: "tcp://b:2")
        let reasons = [one, one, another, strange, larger].map { roster.add($0) }
        #expect(reasons.map { $0 != nil } == [false, false, true, true, true], "\(reasons)")
    }

    @Test func `Addresses are taken apart, and those of this machine alone are known`() {
        #expect(HostAddress.own(towards: "127.0.0.1") == "127.0.0.1")
        #expect(HostAddress.isLoopback("127.0.1.1") && HostAddress.isLoopback("localhost"))
        #expect(HostAddress.isLoopback("[::1]") && HostAddress.isIPv6("[::1]"))
        #expect(!HostAddress.isLoopback("128.0.0.1") && !HostAddress.isIPv6("128.0.0.1"))
        #expect(HostAddress.parts(of: "tcp://[::1]:5")?.host == "[::1]")
        #expect(HostAddress.parts(of: "tcp://[::1]:5")?.port == "5")
        #expect(HostAddress.parts(of: "ipc:///tmp/x") == nil)
    }
}
