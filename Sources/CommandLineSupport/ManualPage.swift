/// The page of a program for `man`, made of the declarations that its help is made of.
struct ManualPage {
    /// The source of the page, for `groff -man`.
    let text: String

    /// - Parameters:
    ///   - program: what the parser says of the program.
    ///   - version: what stands at the foot of the page.
    init(_ program: CommandDescription, version: String) {
        var lines = [
            ".TH \(program.commandName.uppercased()) 1 \"\" \"SwiftZMQ \(version)\" \"User Commands\"",
            ".SH NAME", "\(Self.escaped(program.commandName)) \\- \(Self.escaped(program.abstract ?? ""))",
            ".SH SYNOPSIS",
        ]
        let commands = (program.subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
        for command in commands.isEmpty ? [] : commands {
            lines += [Self.synopsis(command, of: program.commandName), ".br"]
        }
        if commands.isEmpty { lines.append(Self.synopsis(program, of: nil)) }
        lines += [".SH DESCRIPTION"] + Self.paragraphs(program.discussion) + Self.options(program)
        for command in commands {
            lines += [".SH \"\(Self.escaped("\(program.commandName) \(command.commandName)"))\""]
            lines += Self.paragraphs(command.abstract) + Self.paragraphs(command.discussion) + Self.options(command)
        }
        lines += [
            ".SH \"EXIT STATUS\"", ".TP", ".B 0",
            "what was to be done is done, or what serves until it is told was told",
            ".TP", ".B 1", "something went wrong", ".TP", ".B 64", "wrong usage", ".TP", ".B 130, 143",
            "interrupted before its end by SIGINT or SIGTERM",
        ]
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func synopsis(_ command: CommandDescription, of program: String?) -> String {
        let name = [program, command.commandName].compactMap { $0 }.joined(separator: " ")
        let values = (command.arguments ?? []).filter { $0.kind == "positional" && $0.shouldDisplay != false }
        let shown = values.map { value -> String in
            let word = "\\fI\(escaped(value.valueName ?? "value"))\\fR" + (value.isRepeating == true ? " ..." : "")
            return value.isOptional == true ? "[\(word)]" : word
        }
        return (["\\fB\(escaped(name))\\fR"] + shown + ["[\\fIoptions\\fR]"]).joined(separator: " ")
    }

    private static func options(_ command: CommandDescription) -> [String] {
        (command.arguments ?? []).filter { $0.shouldDisplay != false }.flatMap { argument -> [String] in
            let value = argument.valueName.map { "\\fI\(escaped($0))\\fR" } ?? ""
            var title = (argument.names ?? []).map { "\\fB\(escaped($0.text))\\fR" }.joined(separator: ", ")
            if argument.kind == "positional" {
                title = value
            } else if argument.kind == "option" {
                title += " \(value)"
            }
            var help = argument.abstract ?? ""
            if let usual = argument.defaultValue, !help.contains("(default:") { help += " (default: \(usual))" }
            return [".TP", title, escaped(help.isEmpty ? "No further description." : help)]
        }
    }

    /// A text of several lines: what is indented is shown as it is.
    private static func paragraphs(_ text: String?) -> [String] {
        guard let text, !text.isEmpty else { return [] }
        var lines = [".PP"]
        var isExample = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty {
                if isExample { lines += [".fi", ".RE"] }
                isExample = false
                if lines.last != ".PP" { lines.append(".PP") }
                continue
            }
            if line.hasPrefix("  "), !isExample {
                if lines.last == ".PP" { lines.removeLast() }
                lines += [".PP", ".RS", ".nf"]
                isExample = true
            }
            lines.append(escaped(String(isExample ? line.dropFirst(2) : line)))
        }
        if isExample { lines += [".fi", ".RE"] }
        return lines
    }

    /// A text without anything that is a command or a character of its own to `groff`.
    private static func escaped(_ text: String) -> String {
        let safe = text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("\n", with: " ")
        return safe.hasPrefix(".") || safe.hasPrefix("'") ? "\\&" + safe : safe
    }
}
