import Yams

/// Reads one program of a configuration file, and notes every mistake in it.
struct ProgramReader: EntryReader {
    static let entry = "a program"
    static let example = "run: python3 worker.py"
    static let keys = ["name", "run", "count", "directory", "environment", "watch"]
    /// How many processes a program may have.
    static let counts = 1...1000

    let file: String
    let line: Int
    var problems: [ConfigurationProblem] = []

    /// The program, unless something in it is wrong.
    mutating func read(_ node: Node) -> ProgramConfiguration? {
        guard let mapping = mapping(node) else { return nil }
        var name: String?
        let file = file
        var program = ProgramConfiguration(name: "", run: "")
        for (key, value) in mapping {
            let keyName = key.string ?? ""
            switch keyName {
            case "name":
                name = one(keyName, key, value, example: "greet") { (text) throws(SettingError) in try Self.name(text) }
            case "run":
                program.run =
                    one(keyName, key, value, example: "python3 worker.py") { (text) throws(SettingError) in
                        try Self.command(text)
                    } ?? ""
            case "count":
                program.count =
                    one(keyName, key, value, example: "4") { (text) throws(SettingError) in
                        try text.number(in: Self.counts)
                    } ?? 1
            case "directory":
                program.directory = one(keyName, key, value, example: "workers") { (text) throws(SettingError) in
                    try FileFolder.existing(text, beside: file)
                }
            case "environment": program.environment = environment(key, value)
            case "watch":
                program.watch = one(keyName, key, value, example: "workers/*.py") { (text) throws(SettingError) in
                    FileFolder.pattern(try text.path(), beside: file)
                }
            default: noteUnknown(key, keyName)
            }
        }
        let given = mapping.compactMap { $0.key.string }
        if !given.contains("run") {
            problems.append(.at(line, of: file, "the program has no run; add run: python3 worker.py"))
        }
        guard problems.isEmpty else { return nil }
        guard let name = name ?? ProgramConfiguration.name(of: program.run) else {
            problems.append(
                .at(line, of: file, "the program's first word is not fit for its name; add name: worker"))
            return nil
        }
        program.name = name
        return program
    }

    static func name(_ value: SettingText) throws(SettingError) -> String {
        guard ProgramConfiguration.isName(value.text) else {
            throw value.error("a name is made of 1 to 64 letters, digits, hyphens, underscores and full stops of ASCII")
        }
        return value.text
    }

    static func command(_ value: SettingText) throws(SettingError) -> String {
        guard value.text.contains(where: { !$0.isWhitespace }), !value.text.utf8.contains(0) else {
            throw value.error("a shell command is needed, such as python3 worker.py")
        }
        return value.text
    }

    private mutating func environment(_ key: Node, _ value: Node) -> [String: String] {
        guard case .mapping(let mapping) = value else {
            note(key, "environment of a program is a mapping; write environment: {LOG: info}")
            return [:]
        }
        var variables: [String: String] = [:]
        for (key, value) in mapping {
            let name = key.string ?? ""
            guard Self.isVariable(name) else {
                note(
                    key,
                    "environment '\(ConfigurationProblem.printable(name))': a variable's name is made of letters, digits and underscores, and begins with no digit"
                )
                continue
            }
            guard !Self.given.contains(name) else {
                note(key, "environment '\(name)': the gateway gives it to each process itself; leave it out")
                continue
            }
            // An empty one is a value, too.
            guard let text = value.scalar?.string, !text.utf8.contains(0) else {
                note(key, "environment '\(name)': a variable has one value; write \(name): value")
                continue
            }
            variables[name] = text
        }
        return variables
    }

    /// The variables that each process gets.
    static let given = ["WEBGATEWAY_WORKERS", "WEBGATEWAY_PROGRAM", "WEBGATEWAY_INSTANCE"]

    private static func isVariable(_ name: String) -> Bool {
        guard let first = name.utf8.first, !first.isDigit else { return false }
        return name.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
    }
}
