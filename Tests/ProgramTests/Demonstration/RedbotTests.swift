import Foundation
import ProcessSupport
import Testing

/// REDbot, which checks what a server answers against the rules of HTTP, on the files of a site.
///
/// It is the one that `Scripts/need redbot` installs, or the one that `REDBOT` names.
@Suite(.timeLimit(.minutes(5)), .enabled("REDbot is missing: Scripts/need redbot", { Redbot.path != nil }))
struct RedbotTests {
    /// What it says of answers that it has no complaint about.
    private static let praise = [
        "The resource last changed", "The server's clock is correct.", "The Content-Length header is correct.",
        "This response instructs browsers not to 'sniff' its media type.",
        "This response allows all caches to store it.",
        "This response cannot be served from cache without validation.", "conditional requests are supported.",
        "A ranged request returned the correct partial content.",
        "Content negotiation for gzip compression is supported",
        "This response sets a Content Security Policy", "Content-Security-Policy",
        // Relative locations are as good as whole ones since RFC 7231.
        "The Location header contains a relative URI.",
        // A permanent redirection may be kept, as its status says (RFC 9110, section 15.4.2).
        "This response allows caches to assign their own freshness lifetimes to it.",
        "In exceptional circumstances, caches can serve this response stale.",
        // Of nothing that is not there anything can be kept.
        "The resource could not be found.", "This response cannot be stored by caches.",
    ]

    let programs = Programs()

    @Test(arguments: ["/", "/page.html", "/folder", "/nothing", "/packed.txt"])
    func `REDbot has nothing to complain about`(target: String) async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: "\(folder.path)/folder", withIntermediateDirectories: false)
        // Long enough to have a part that is not the whole.
        let text = String(repeating: "text ", count: 1000)
        for name in ["index.html", "page.html"] {
            try folder.write("<!doctype html><title>A page</title>\(text)", to: name)
        }
        try folder.write(text, to: "packed.txt")
        let gzip = try programs.keep(RunningProgram("/bin/gzip", ["--keep", "\(folder.path)/packed.txt"]))
        #expect(try await gzip.ending() == .exited(0))
        for name in try folder.names {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: "\(folder.path)/\(name)")
        }
        let gateway = try await programs.gateway("--site", folder.path)
        // Within the second after a file was put there, its tag is weak.
        while try await gateway.ask("GET", "/page.html")["etag"]?.hasPrefix("W/") != false {
            try await Task.sleep(for: .milliseconds(50))
        }
        let program = try programs.keep(
            RunningProgram(try #require(Redbot.path), ["-o", "text", "http://127.0.0.1:\(gateway.port)\(target)"]))
        let lines = try await program.output.all()
        let notes = lines.filter { $0.hasPrefix("  * ") }
        #expect(notes.count >= 3, "\(lines)")
        #expect(notes.filter { note in !Self.praise.contains { note.contains($0) } } == [])
    }
}

/// The program.
private enum Redbot {
    static let path: String? = {
        let installed = PackageFolder.path(".venv-redbot/bin/redbot")
        let paths = [ProcessInfo.processInfo.environment["REDBOT"], installed].compactMap(\.self)
        return paths.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()
}
