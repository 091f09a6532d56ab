/// One mistake in a configuration: where it is, what is wrong, and how it is mended, in one line.
package struct ConfigurationProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// `FILE:LINE: key 'value': remedy`, `--flag 'value': remedy` or `VARIABLE 'value': remedy`.
    package let description: String
    /// The line of the file, nil where the mistake is in none.
    package let line: Int?

    init(_ description: String, line: Int? = nil) {
        self.description = description
        self.line = line
    }

    /// A value that breaks the rules of its setting.
    init(_ error: SettingError, at origin: SettingOrigin) {
        var line: Int?
        if case .file(_, let number, _) = origin { line = number }
        self.init("\(origin) '\(Self.printable(error.value))': \(error.remedy)", line: line)
    }

    /// A mistake at a line of a file.
    static func at(_ line: Int, of file: String, _ text: String) -> ConfigurationProblem {
        ConfigurationProblem("\(file):\(line): \(text)", line: line)
    }

    /// The name of the configuration file is empty.
    package static func emptyPath(of origin: SettingOrigin) -> ConfigurationProblem {
        ConfigurationProblem(
            SettingError(value: "", remedy: "the path of a YAML file is needed; leave it out for no file"), at: origin)
    }

    /// A text without what would end the line.
    static func printable(_ text: String) -> String {
        String(text.prefix(200).map { $0.isNewline || $0.unicodeScalars.contains { $0.value < 0x20 } ? " " : $0 })
    }
}

/// All mistakes that were found, at least one.
package struct ConfigurationProblems: Error, Sendable, CustomStringConvertible {
    /// In the order of their places.
    package let problems: [ConfigurationProblem]

    /// The first mistake, and how many more there are.
    package var description: String {
        let more = problems.count - 1
        let first = problems.first?.description ?? ""
        return more > 0 ? "\(first) (and \(more) more \(more == 1 ? "mistake" : "mistakes"))" : first
    }
}
