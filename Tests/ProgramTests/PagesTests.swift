import Foundation
import ProcessSupport
import Testing

/// The pages of `pubsub`, `pipeline`, `kademlia` and `ranks`, and the README's lines about the first two, walked literally:
/// see `Scripts/walk-pages`.
@Suite(.timeLimit(.minutes(10)), .enabled("needs root and ip netns", { await NetworkNamespaces.areAvailable }))
struct PagesTests {
    let programs = Programs()

    @Test func `Every line of the pages works in a bare shell, and prints what stands below it`() async throws {
        let walk = try programs.keep(
            RunningProgram(
                "/usr/bin/unshare",
                [
                    "--net", "--mount", "--propagation", "private", PackageFolder.path("Scripts/walk-pages"),
                    RunningProgram.productFolder.path(),
                ]))
        let ending = try await walk.ending()
        let errors = try await walk.errors.all().joined(separator: "\n")
        #expect(ending == .exited(0), "\(errors)")
        #expect(try await walk.output.all().count == 5)
    }
}
