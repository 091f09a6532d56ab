import Foundation
import ProcessSupport
import Testing

/// `Scripts/install`, from where the tests' own programs are.
@Suite(.serialized, .timeLimit(.minutes(5))) struct InstallTests {
    let programs = Programs()

    private func install(_ arguments: String) async throws -> RunningProgram {
        let program = try programs.shell(
            """
            export INSTALL_FROM=\(RunningProgram.productFolder.path())
            exec '\(PackageFolder.path("Scripts/install"))' \(arguments)
            """)
        _ = try await program.ending()
        return program
    }

    @Test func `Programs, completions and manual pages go where they belong, and away again`() async throws {
        let file = try TestFile(named: "other", holding: "")
        let prefix = file.folderPath
        let installed = try await install(prefix)
        #expect(try await installed.ending() == .exited(0), "\(installed.errors.soFar)")
        for program in ["pubsub", "pipeline", "ranks", "kademlia", "webgateway"] {
            for path in [
                "bin/\(program)", "share/bash-completion/completions/\(program)",
                "share/zsh/site-functions/_\(program)",
                "share/fish/vendor_completions.d/\(program).fish", "share/man/man1/\(program).1",
            ] {
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(prefix)/\(path)")
                #expect((attributes[.size] as? Int ?? 0) > 500, "\(path)")
            }
        }
        // The completions are the shell's, and the page has every command and option.
        let check = try programs.shell(
            """
            bash -n \(prefix)/share/bash-completion/completions/pubsub &&
                . \(prefix)/share/bash-completion/completions/pubsub && complete -p pubsub &&
                for program in pubsub pipeline; do
                    # Where these shells are.
                    ! command -v zsh >/dev/null || zsh -n \(prefix)/share/zsh/site-functions/_$program || exit 1
                    ! command -v fish >/dev/null ||
                        fish --no-execute \(prefix)/share/fish/vendor_completions.d/$program.fish || exit 1
                done &&
                \(prefix)/bin/pubsub --version && cat \(prefix)/share/man/man1/pubsub.1
            """)
        #expect(try await check.ending() == .exited(0), "\(check.errors.soFar)")
        let page = try await check.output.all()
        for text in [
            "\\fBpubsub publish\\fR", "\\-\\-wait\\-for\\-subscribers", ".SH \"pubsub replay\"", ".SH \"EXIT STATUS\"",
        ] {
            #expect(page.contains { $0.contains(text) }, "\(text)")
        }
        let removed = try await install("--uninstall \(prefix)")
        #expect(try await removed.ending() == .exited(0))
        let left = try await programs.shell("cd \(prefix) && find . -type f").output.all()
        #expect(left == ["./other"])
        withExtendedLifetime(file) {}
    }

    @Test(arguments: ["", "relative/folder", "--uninstall"])
    func `Without a folder that is meant, nothing is done`(arguments: String) async throws {
        let program = try await install(arguments)
        #expect(try await program.ending() == .exited(64))
        #expect(try await program.errors.all().count == 1)
    }
}
