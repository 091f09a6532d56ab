import ProcessSupport
import Testing

/// A headless Chromium with pages that a test gives names: `Tests/Interop/browser.py`.
struct Browser: Sendable {
    let program: RunningProgram
    private let told = Watched(0)

    /// Whether there is one on this machine; `Scripts/need chromium` installs it.
    static let isInstalled = Task {
        guard let search = try? await RunningProgram.python([script, "--find"]) else { return false }
        return (try? await search.ending()) == .exited(0)
    }

    private static let script = PackageFolder.path("Tests/Interop/browser.py")

    /// Starts one, which ends with the test.
    init(_ programs: Programs) async throws {
        program = try await programs.python(Self.script)
        try await program.output.wait(for: "started ")
    }

    /// Opens a page under a name of the test's own.
    func open(_ page: String, _ url: String) async throws {
        try await tell(page, "open", url)
    }

    /// Waits until an expression of JavaScript is true in a page.
    func wait(_ page: String, until expression: String) async throws {
        try await tell(page, "wait", expression)
    }

    /// Makes a page do something, and gives what comes of it as JSON.
    @discardableResult
    func run(_ page: String, _ script: String) async throws -> String {
        try await tell(page, "run", script)
    }

    @discardableResult
    private func tell(_ page: String, _ command: String, _ words: String) async throws -> String {
        var number = 0
        told.change { told in
            told += 1
            number = told
        }
        program.enter("\(number) \(page) \(command) \(words)")
        do {
            let answer = try await program.output.wait(for: "#\(number): ")
            return String(answer.drop { $0 != " " }.dropFirst())
        } catch {
            throw OutputLines.Ended(
                description: "\(words): \(try await program.errors.all().suffix(3).joined(separator: "; "))")
        }
    }
}
