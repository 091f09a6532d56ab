import Foundation

/// What the parser says of a command, its options and its subcommands (`--experimental-dump-help`), as far as it is needed
/// here.
struct CommandDescription: Decodable {
    /// An option, a flag or an argument without a name.
    struct Argument: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String

            /// As it is typed: `--topic`, `-t`.
            var text: String { (kind == "long" ? "--" : "-") + name }
        }

        let kind: String
        let shouldDisplay: Bool?
        let isOptional: Bool?
        let isRepeating: Bool?
        let sectionTitle: String?
        let names: [Name]?
        let valueName: String?
        let defaultValue: String?
        let abstract: String?

        func has(_ word: Substring) -> Bool { names?.contains { $0.text == word } ?? false }
    }

    private struct Tool: Decodable { let command: CommandDescription }

    let commandName: String
    let aliases: [String]?
    let abstract: String?
    let discussion: String?
    let shouldDisplay: Bool?
    let defaultSubcommand: String?
    let subcommands: [CommandDescription]?
    let arguments: [Argument]?

    /// Reads what the parser says; nil where that cannot be read.
    static func read(_ text: String) -> CommandDescription? {
        (try? JSONDecoder().decode(Tool.self, from: Data(text.utf8)))?.command
    }
}
