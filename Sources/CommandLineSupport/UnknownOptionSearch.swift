/// Looks for an option that a command does not have.
///
/// The parser names what is missing first, and then a word that it could not make sense of. To whoever has mistyped an
/// option, that is the wrong way round: what is missing is often what the option was to be.
struct UnknownOptionSearch {
    /// What every command has, whether its description says so or not.
    private static let everywhere: Set<Substring> = [
        "--help", "-h", "--help-hidden", "--version", "--generate-completion-script", "--experimental-dump-help",
    ]

    private let root: CommandDescription

    init(_ root: CommandDescription) {
        self.root = root
    }

    /// The first word that looks like an option and is none of the command's, and the command as it is called; nil where
    /// there is none.
    func unknownOption(in words: [String]) -> (option: String, command: String)? {
        var path = [root]
        var isValue = false
        for word in words {
            if isValue {
                isValue = false
                continue
            }
            if word == "--" { return nil }
            if word.hasPrefix("-"), word.count > 1 {
                let name = word.prefix { $0 != "=" }
                guard !Self.everywhere.contains(name) else { continue }
                guard let option = arguments(of: path).first(where: { $0.has(name) }) else {
                    return (String(name), path.map(\.commandName).joined(separator: " "))
                }
                isValue = option.kind == "option" && name.count == word.count
            } else if let next = path.last?.subcommands?.first(where: {
                $0.commandName == word || $0.aliases?.contains(word) == true
            }) {
                path.append(next)
            }
        }
        return nil
    }

    /// The options of the commands that were named, and of those that are run where none is.
    private func arguments(of path: [CommandDescription]) -> [CommandDescription.Argument] {
        var arguments = path.flatMap { $0.arguments ?? [] }
        var last = path.last
        while let name = last?.defaultSubcommand,
            let next = last?.subcommands?.first(where: { $0.commandName == name })
        {
            arguments += next.arguments ?? []
            last = next
        }
        return arguments
    }
}
