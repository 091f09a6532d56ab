import Foundation
import Glibc
import ProcessSupport
import Testing

@testable import MessagePassing

/// Ranks whose hosts have addresses of IPv6.
@Suite(
    .timeLimit(.minutes(3)),
    .enabled("needs the loopback address of IPv6", { HostAddress.own(towards: "[::1]") == "[::1]" }))
struct IPv6Tests {
    @Test func `Ranks find each other at an address of IPv6`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("#!/bin/sh\necho \"$1\" >> \(folder.path)/hosts\nshift\nexec sh -c \"$*\"\n", to: "shell")
        chmod(folder.path + "/shell", 0o755)
        let ranks = RunningProgram.productFolder.appending(path: "ranks").path()
        let running = try RunningProgram.product(
            "ranks", ["run", "--hosts", "[::1]:3", "--remote-shell", folder.path + "/shell", ranks, "demo", "ring"])
        #expect(try await running.ending() == .exited(0))
        #expect(try await running.output.all() == ["[0] 0 -> 1", "[0] 1 -> 2", "[0] 2 -> 0"])
        #expect(Set(try folder.text(of: "hosts").split(separator: "\n")) == ["::1"])
    }
}
