import Yams

/// A configuration file in YAML, read and checked: the settings by their names, the routes, and the programs.
///
/// Yams alone and no configuration library above it: every mistake has to be told with its line, and only the nodes of
/// the parser know theirs.
package struct ConfigurationFile: Sendable {
    /// A value, and the line it stands in.
    struct Value: Sendable {
        let text: String
        let line: Int
    }

    /// The name of the file, as it was given.
    package let name: String
    /// The routes, in order.
    package private(set) var routes: [Route] = []
    /// The programs, in order.
    package private(set) var programs: [ProgramConfiguration] = []
    /// The lines in which they stand, by their names.
    private(set) var programLines: [String: Int] = [:]
    /// Every mistake, in the order of the lines; what is mistaken stands nowhere else.
    package private(set) var problems: [ConfigurationProblem] = []
    /// The values of the settings, by their names.
    private(set) var values: [String: [Value]] = [:]

    /// The key of the routes.
    package static let routesKey = "routes"
    /// The key of the programs.
    package static let programsKey = "programs"

    /// Reads a file.
    ///
    /// - Throws: why it cannot be read at all; mistakes in it are ``problems``.
    package init(path: String) throws(ConfigurationProblem) {
        self.init(name: path, text: try Self.contents(of: path))
    }

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - name: what the text is called in messages.
    ///   - text: YAML.
    package init(name: String, text: String) {
        self.name = name
        do {
            // A file without any key is a good one: everything is at its default.
            guard let root = try Yams.compose(yaml: text) else { return }
            if root.scalar?.string.isEmpty == true { return }
            guard case .mapping(let mapping) = root else {
                note(root, "the file is not a mapping: it is made of lines KEY: VALUE")
                return
            }
            for (key, value) in mapping { read(key, value) }
        } catch let error as YamlError {
            problems.append(ConfigurationProblem(error, in: name, text: text))
        } catch {
            problems.append(.at(1, of: name, "the file is not YAML: \(error)"))
        }
        problems.sort { $0.line ?? 0 < $1.line ?? 0 }
    }

    private mutating func read(_ key: Node, _ value: Node) {
        guard let keyName = key.string else { return note(key, "a key is a word") }
        if keyName == Self.routesKey { return readRoutes(value) }
        if keyName == Self.programsKey { return readPrograms(value) }
        guard let setting = Setting(named: keyName) else {
            let known = Setting.all.map(\.name) + [Self.routesKey, Self.programsKey]
            return note(
                key, "unknown key '\(ConfigurationProblem.printable(keyName))'; \(Suggestion.text(keyName, known))")
        }
        let given: [Value]
        switch value {
        case .scalar(let scalar):
            guard !scalar.string.isEmpty else {
                return note(key, "\(keyName) has no value; write \(keyName): \(setting.example)")
            }
            given = [Value(text: scalar.string, line: line(of: value))]
        case .sequence(let sequence) where setting.isRepeatable && !sequence.isEmpty:
            given = sequence.compactMap { node in
                guard let text = node.scalar?.string else {
                    note(node, "\(keyName): each member of the list is one value, such as \(setting.example)")
                    return nil
                }
                return Value(text: text, line: line(of: node))
            }
        case .sequence, .mapping, .alias:
            return note(key, "\(keyName) has one value; write \(keyName): \(setting.example)")
        }
        values[keyName] = given.filter { value in
            var scratch = GatewaySettings()
            do throws(SettingError) {
                try setting.read([SettingText(value.text)], &scratch)
                return true
            } catch {
                problems.append(
                    ConfigurationProblem(error, at: .file(name, line: value.line, key: keyName)))
                return false
            }
        }
    }

    private mutating func readRoutes(_ value: Node) {
        guard case .sequence(let sequence) = value else {
            // `routes:` with nothing behind it is an empty list.
            if value.scalar?.string.isEmpty != true {
                note(value, "routes is a list: each route begins with a hyphen, as in '- path: /api/'")
            }
            return
        }
        var comparison = RouteComparison()
        for node in sequence {
            var reader = RouteReader(file: name, line: line(of: node))
            if let route = reader.read(node) {
                routes.append(route)
                if let mistake = comparison.note(route, line: reader.line) { note(node, mistake) }
            }
            problems += reader.problems
        }
    }

    private mutating func readPrograms(_ value: Node) {
        guard case .sequence(let sequence) = value else {
            if value.scalar?.string.isEmpty != true {
                note(value, "programs is a list: each program begins with a hyphen, as in '- run: python3 worker.py'")
            }
            return
        }
        for node in sequence {
            var reader = ProgramReader(file: name, line: line(of: node))
            if let program = reader.read(node) {
                if let first = programLines[program.name] {
                    note(
                        node,
                        "name '\(program.name)': the program in line \(first) has it already; give this one another by name: "
                            + "\(program.name)2")
                }
                programLines[program.name] = programLines[program.name] ?? reader.line
                programs.append(program)
            }
            problems += reader.problems
        }
    }

    private mutating func note(_ node: Node, _ text: String) {
        problems.append(.at(line(of: node), of: name, text))
    }

    private func line(of node: Node) -> Int { node.mark?.line ?? 1 }

    private static func contents(of path: String) throws(ConfigurationProblem) -> String {
        let bytes: [UInt8]
        do throws(FileContents.Failure) {
            bytes = try FileContents.read(path)
        } catch {
            throw ConfigurationProblem("\(path): cannot be read: \(error.reason)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationProblem("\(path): is not UTF-8; save it as UTF-8")
        }
        return text
    }
}

extension Setting {
    /// A value as it could be.
    var example: String { defaults.first ?? placeholder }
}

extension ConfigurationProblem {
    /// What the parser found.
    init(_ error: YamlError, in file: String, text: String) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let whole = context.map { "\($0.text) in line \($0.mark.line), \(problem)" } ?? problem
            self = .at(mark.line, of: file, "the file is not YAML: \(whole)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let key = duplicates.first ?? ""
            let line = Self.line(ofSecond: key, after: context.mark, in: text)
            self = .at(
                line, of: file, "the key '\(key)' stands in line \(context.mark.line) already; remove one of the two")
        default:
            self = .at(1, of: file, "the file is not YAML: \(error)".split(whereSeparator: \.isNewline)[0].description)
        }
    }

    /// The line where a key stands again in the same column; the parser tells only where it stood first.
    private static func line(ofSecond key: String, after first: Mark, in text: String) -> Int {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        for (index, line) in lines.enumerated() where index >= first.line {
            let rest = line.dropFirst(first.column - 1)
            if rest.hasPrefix("\(key):") { return index + 1 }
        }
        return first.line
    }
}
