import Foundation
import ProcessSupport
import Testing

@testable import Gateway

/// The reference page says everything that there is, and nothing else.
@Suite(.timeLimit(.minutes(5))) struct ReferencePageTests {
    private let page: String
    private let lines: [Substring]

    init() throws {
        page = try String(contentsOfFile: PackageFolder.path("Documentation/webgateway.md"), encoding: .utf8)
        lines = page.split(separator: "\n")
    }

    /// The names in the first column of the rows that begin in a way.
    private func names(after beginning: String) -> [String] {
        lines.filter { $0.hasPrefix(beginning) }
            .map { String($0.dropFirst(beginning.count).prefix { $0 != "`" && $0 != " " }) }
    }

    @Test(arguments: Setting.all)
    func `A setting has a row with its variable, its default and when it takes effect`(setting: Setting) {
        let usage = setting.usage.replacing("|", with: "\\|")
        let value = setting.defaults.isEmpty ? "none" : "`\(setting.defaults.joined(separator: "`, `"))`"
        let effect = setting.change == .restart ? "restart" : "SIGHUP"
        let row =
            "| `\(usage)` | `\(setting.variable)` | \(value) | \(effect) | \(setting.summary) |"
        #expect(lines.contains(Substring(row)), "there is no row \(row)")
    }

    @Test func `The help, the settings and the page have the same flags`() async throws {
        let program = try Programs().webgateway("serve", "--help")
        let help = try await program.output.all()
        let flags = Set(
            help.compactMap { line in
                line.trimmingPrefix(while: \.isWhitespace).prefixMatch(of: /--([a-z0-9-]+)/).map { String($0.1) }
            })
        #expect(flags == Set(Setting.all.map(\.name) + ["config", "version"]))
        #expect(names(after: "| `--").sorted() == Setting.all.map(\.name).sorted())
        #expect(page.contains("`--config FILE`"))
        #expect(page.contains("`\(Setting.fileVariable)`"))
        for setting in Setting.all {
            #expect(
                help.joined(separator: " ").contains(
                    setting.placeholder.isEmpty ? setting.flag : "\(setting.flag) <"), "\(setting.name)")
        }
    }

    @Test func `Every code has a row with its status`() {
        let rows = lines.filter { $0.wholeMatch(of: /\| `[a-z-]+` \| \d{3} \|.*/) != nil }
        #expect(rows.count == GatewayFailure.allCases.count)
        for code in GatewayFailure.allCases {
            #expect(rows.contains { $0.hasPrefix("| `\(code.rawValue)` | \(code.status) | ") }, "\(code.rawValue)")
        }
    }

    @Test func `Every metric, every key of a route and every command has a row`() {
        #expect(
            names(after: "| `webgateway_").sorted()
                == Gateway.metricsHelp.keys.map { String($0.dropFirst(11)) }.sorted())
        for key in RouteReader.keys {
            #expect(lines.contains { $0.hasPrefix("| `\(key)` | ") }, "\(key)")
        }
        for command in ["serve", "worker", "check"] { #expect(page.contains("`webgateway \(command)")) }
    }

    @Test func `Every line of the log that is worse than a notice has a row`() throws {
        let rows = lines.drop { !$0.hasPrefix("**What the log says.**") }.filter { $0.hasPrefix("| `") }
        let names = rows.flatMap { row in
            row.dropFirst().prefix { $0 != "|" }.matches(of: /`([^`]+)`/).map { String($0.1) }
        }
        var messages: [String] = []
        for folder in ["Sources/Gateway", "Sources/webgateway"] {
            let path = PackageFolder.path(folder)
            let files = try #require(FileManager.default.enumerator(atPath: path))
            for case let file as String in files where file.hasSuffix(".swift") {
                let text = try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)
                messages += text.matches(of: /logger\??\.(?:warning|error|critical)\(\s*"([^"]+)"/).map { String($0.1) }
            }
        }
        #expect(messages.count > 20)
        for message in messages {
            // Whose connection it is, is put into the message.
            let known = ["worker", "client"].map { message.replacing("\\(peer)", with: $0) }
            #expect(known.allSatisfy { text in names.contains { text.hasPrefix($0) } }, "\(message)")
        }
    }

    @Test func `The page of programs has a row for every key and every variable of theirs`() throws {
        let page = try String(contentsOfFile: PackageFolder.path("Documentation/programs.md"), encoding: .utf8)
        for name in ProgramReader.keys + ProgramReader.given {
            #expect(page.split(separator: "\n").contains { $0.hasPrefix("| `\(name)` | ") }, "\(name)")
        }
    }

    @Test func `The files that the page shows are good ones`() {
        let files = page.components(separatedBy: "```yaml\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
        #expect(!files.isEmpty)
        for file in files {
            #expect(ConfigurationFile(name: "page", text: file).problems == [])
            #expect(!ConfigurationFile(name: "page", text: file).routes.isEmpty)
        }
    }
}
