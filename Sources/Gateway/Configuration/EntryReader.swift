import Yams

/// What reads one entry of a list in a configuration file, such as a route or a program, and notes every mistake in it.
protocol EntryReader {
    /// What an entry is called, with its article.
    static var entry: String { get }
    /// The keys of an entry, in the order in which they are documented.
    static var keys: [String] { get }
    /// What an entry may begin with.
    static var example: String { get }

    var file: String { get }
    /// Where the entry begins.
    var line: Int { get }
    var problems: [ConfigurationProblem] { get set }
}

extension EntryReader {
    /// The keys of an entry with their values; nil, and a mistake, where it is made of anything else.
    mutating func mapping(_ node: Node) -> Node.Mapping? {
        guard case .mapping(let mapping) = node else {
            problems.append(
                .at(
                    line, of: file,
                    "\(Self.entry) is made of the keys \(Self.keys.joined(separator: ", ")), as in '- \(Self.example)'")
            )
            return nil
        }
        return mapping
    }

    /// The one value of a key.
    mutating func one<Value>(
        _ name: String, _ key: Node, _ value: Node, example: String, _ read: (SettingText) throws(SettingError) -> Value
    ) -> Value? {
        guard let text = value.scalar?.string, !text.isEmpty else {
            note(key, "\(name) of \(Self.entry) has one value; write \(name): \(example)")
            return nil
        }
        do throws(SettingError) {
            return try read(SettingText(text))
        } catch {
            problems.append(ConfigurationProblem(error, at: .file(file, line: line(of: value), key: name)))
            return nil
        }
    }

    mutating func noteUnknown(_ key: Node, _ name: String) {
        note(
            key,
            "unknown key '\(ConfigurationProblem.printable(name))' of \(Self.entry); \(Suggestion.text(name, Self.keys))"
        )
    }

    mutating func note(_ node: Node, _ text: String) {
        problems.append(.at(line(of: node), of: file, text))
    }

    func line(of node: Node) -> Int { node.mark?.line ?? line }
}
