import Foundation
import ProcessSupport
import Testing

/// The Autobahn test suite itself, as the client of a worker that echoes.
///
/// It is a program for Python 2.7, which `Scripts/need autobahn` installs where there is one. `AUTOBAHN_CASES` sets which of its
/// cases are run, with blanks between them: 1 to 7 and 10 without it, and those of large messages, 9, as well by
/// `make autobahn`.
@Suite(.timeLimit(.minutes(15))) struct AutobahnSuiteTests {
    private static let folder = PackageFolder.path(".venv-autobahn")
    private static let python = "\(folder)/python"
    private static let isInstalled = FileManager.default.isExecutableFile(atPath: python)

    /// Cases of which the suite tells what a server does, whatever that is.
    private static let unjudged: Set = ["7.1.6", "7.13.1", "7.13.2"]

    /// A case's number, how it went and how the WebSocket was closed.
    private struct Outcome {
        let number: String
        private let behaviors: [Substring]

        init?(_ line: String) {
            let words = line.split(separator: " ", maxSplits: 3)
            guard words.count >= 3 else { return nil }
            number = String(words[0])
            behaviors = Array(words[1...2])
        }

        var isGood: Bool {
            if unjudged.contains(number) { return behaviors == ["INFORMATIONAL", "INFORMATIONAL"] }
            // Not strict is who fails a connection before it has echoed all that came before the mistake.
            return ["OK", "NON-STRICT"].contains(behaviors[0]) && behaviors[1] == "OK"
        }
    }

    @Test(.enabled(if: isInstalled, "the Autobahn test suite is missing: Scripts/need autobahn"))
    func `The suite has run all its cases that were asked for, and no server's mistake was found`() async throws {
        let asked = ProcessInfo.processInfo.environment["AUTOBAHN_CASES"] ?? "1.* 2.* 3.* 4.* 5.* 6.* 7.* 10.*"
        let patterns = asked.split(separator: " ").map(String.init)
        let gateway = try await WebSocketGateway(["--max-message", "16MiB"])
        let script = PackageFolder.path("Tests/Interop/autobahn_suite.py")
        let suite = try gateway.programs.keep(
            RunningProgram(
                Self.python, ["-u", script, Self.folder, "ws://127.0.0.1:\(gateway.port)/ws/"] + patterns))
        let lines = try await suite.output.all()
        #expect(try await suite.ending() == .exited(0), "\(suite.errors.soFar.suffix(20))")
        #expect(lines.filter { Outcome($0)?.isGood != true } == [])
        // The cases that are written anew are those of the suite.
        let expected = AutobahnCase.numbers.filter { number in
            patterns.contains { $0.hasSuffix("*") ? number.hasPrefix($0.dropLast()) : number == $0 }
        }
        #expect(lines.compactMap { Outcome($0)?.number }.sorted() == expected.sorted())
    }
}
