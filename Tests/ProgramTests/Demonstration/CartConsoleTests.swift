import Foundation
import ProcessSupport
import Testing

/// What the reference page shows of the cart on a console.
@Suite(.timeLimit(.minutes(5))) struct CartConsoleTests {
    let programs = Programs()

    @Test func `The lines about the cart print what stands below them`() async throws {
        let page = try String(contentsOfFile: PackageFolder.path("Documentation/webgateway.md"), encoding: .utf8)
        let section = try #require(page.components(separatedBy: "\n### cart\n").last)
        let block = try #require(section.components(separatedBy: "```console\n").dropFirst().first)
        let lines = block.components(separatedBy: "\n```")[0].split(separator: "\n").map(String.init)
        #expect(lines.count { $0.hasPrefix("$ ") } == 2)
        let gateway = try await programs.gateway()
        try await gateway.waitForService("/cart")
        // Where the cookies are kept.
        let folder = try TemporaryFolder()
        for (line, answer) in zip(lines, lines.dropFirst()) where line.hasPrefix("$ ") {
            let command = line.dropFirst(2).replacing("127.0.0.1:8080", with: "127.0.0.1:\(gateway.port)")
            let shell = try programs.keep(RunningProgram("/bin/sh", ["-c", "cd \(folder.path) && \(command)"]))
            #expect(try await shell.output.all() == [answer], "\(command)")
        }
    }
}
