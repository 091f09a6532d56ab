import Foundation
import ProcessSupport
import Testing

/// The programs of `Examples/swift`, as they stand there.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SwiftExampleTests {
    private static let folder = "Examples/swift/Sources"

    static let programs: [(name: String, said: [String])] = [
        ("RequestReply", ["Hello, Ada!"]),
        ("PublisherSubscriber", ["weather.berlin: mild"]),
        ("PushPull", ["the sum is 55"]),
        ("RouterDealer", [#"["1", "first, ada"]"#, #"["2", "second, ada"]"#]),
        ("Curve", ["ada sent a secret"]),
        ("Monitor", ["handshakeSucceeded", "disconnected"]),
    ]

    @Test(arguments: programs)
    func `A program does what its page says`(name: String, said: [String]) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "example-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let program = folder.appending(path: name).path()
        let (built, complaints) = try await SwiftCompiler.build(
            PackageFolder.path("\(Self.folder)/\(name)/main.swift"), into: program)
        try #require(built == .exited(0), "\(complaints)")
        let running = try RunningProgram(program, [])
        #expect(try await running.ending() == .exited(0))
        #expect(try await running.output.all() == said)
        let page = try String(contentsOfFile: PackageFolder.path("Examples/swift/README.md"), encoding: .utf8)
        for line in said { #expect(page.contains(line)) }
    }

    @Test func `Every program is run, and all of them are short`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: PackageFolder.path(Self.folder))
        #expect(Set(names) == Set(Self.programs.map(\.name)))
        let lines = try names.map { name in
            let text = try String(
                contentsOfFile: PackageFolder.path("\(Self.folder)/\(name)/main.swift"), encoding: .utf8)
            return text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
        }
        #expect(lines.reduce(0, +) < 80)
    }
}
