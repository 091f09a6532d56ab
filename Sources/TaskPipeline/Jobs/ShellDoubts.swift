/// Why no placeholder of a command can be replaced, wherever it stands: something in the command may change what a shell
/// makes of all the rest.
struct ShellDoubts {
    /// The first of them; nil where there is none.
    private(set) var first: String?
    /// The command whose words are being read.
    private var command = ""
    /// Whether the next word is the value of an option, as after `set -o`.
    private var isBeforeValue = false

    mutating func add(_ place: String) { first = first ?? place }

    /// Says that a command ends, and another may begin.
    mutating func endCommand() { command = "" }

    /// Takes note of the name of a command.
    ///
    /// - Parameter isComputed: whether the name is not known as it stands.
    mutating func note(command name: String, isComputed: Bool) {
        command = name
        isBeforeValue = false
        // What the shell itself carries out has no slash in its name.
        if isComputed, !name.contains("/") { add("in a command that runs something whose name is computed") }
        switch name {
        case "alias", "unalias": add("in a command with an alias")
        case "eval", ".", "source": add("in a command with \(name), which may define an alias or a function")
        case "shift": add("in a command with shift, after which an argument is another one")
        case "function": add("in a command that defines a function or an array")
        case "[[": add("in a command with [[, where a shell computes")
        default: break
        }
    }

    /// Takes note of a further word of the command.
    mutating func note(argument text: String, isComputed: Bool) {
        switch command {
        case "builtin", "command", "time":
            // What follows their options is the command.
            if isComputed || !text.hasPrefix("-") { note(command: text, isComputed: isComputed) }
        case "set":
            let isOption = text.count > 1 && text != "--" && (text.hasPrefix("-") || text.hasPrefix("+"))
            if isComputed || !isOption && !isBeforeValue {
                add("in a command with set, after which an argument is another one")
            }
            isBeforeValue = isOption && text.hasSuffix("o")
        default: break
        }
    }
}
