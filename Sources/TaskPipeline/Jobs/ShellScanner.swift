/// Reads a shell command from left to right, and knows at each byte what quotes it is in.
struct ShellScanner {
    private enum Place: Equatable {
        /// Commands, at the top or in `$( )`, with the parentheses that have been opened inside.
        case commands(isNested: Bool, parentheses: Int)
        case singleQuotes
        case doubleQuotes
        case parameter
        case arithmetic(parentheses: Int)
        case backquotes
        case dollarQuotes
    }

    private let input: [UInt8]
    private var position = 0
    private var places = [Place.commands(isNested: false, parentheses: 0)]
    /// Why no `{}` can be replaced from here on.
    private var doubt: String?
    private(set) var output: [UInt8] = []
    private(set) var found = false

    init(_ command: String) {
        input = Array(command.utf8)
        output.reserveCapacity(input.count + 16)
    }

    mutating func run() throws(ShellScript.Refusal) {
        while position < input.count {
            if isAt("{}") {
                try replace()
                continue
            }
            switch places[places.count - 1] {
            case .singleQuotes: readSingleQuotes()
            case .doubleQuotes: readDoubleQuotes()
            case .commands(let isNested, let parentheses): readCommands(isNested, parentheses)
            case .parameter: readParameter()
            case .arithmetic(let parentheses): readArithmetic(parentheses)
            case .backquotes: readUntil("`")
            case .dollarQuotes: readUntil("'")
            }
        }
    }

    // MARK: Placeholders

    private mutating func replace() throws(ShellScript.Refusal) {
        switch places[places.count - 1] {
        case _ where doubt != nil: throw refusal(doubt ?? "")
        case .commands: output += Array("\"${1}\"".utf8)
        case .doubleQuotes: output += Array("${1}".utf8)
        case .singleQuotes: output += Array("'\"${1}\"'".utf8)
        case .parameter: throw refusal("inside ${ }; set a variable first: task={}; … ${task}")
        case .arithmetic: throw refusal("inside $(( )), which a shell computes; give it to another command")
        case .backquotes: throw refusal("inside backquotes; write $( ) instead")
        case .dollarQuotes: throw refusal("inside $' ', which not every shell knows; close the quotes before it")
        }
        found = true
        position += 2
    }

    private func refusal(_ reason: String) -> ShellScript.Refusal {
        let number = input[..<position].indices.count { input[$0...].starts(with: "{}".utf8) } + 1
        return ShellScript.Refusal(description: "the {} number \(number) stands \(reason)")
    }

    // MARK: Places

    private mutating func readSingleQuotes() {
        if isAt("'") { places.removeLast() }
        copy()
    }

    private mutating func readDoubleQuotes() {
        if isAt("\\") { return copy(2) }
        if isAt("\"") {
            places.removeLast()
            copy()
        } else if !openSubstitution() {
            copy()
        }
    }

    private mutating func readCommands(_ isNested: Bool, _ parentheses: Int) {
        if isAt("\\") { return copy(2) }
        if isAt("#"), isAtWordStart { return copyLine() }
        if isAt("<<<") { return copy(3) }
        if isAt("<<") {
            doubt = "after a here-document, whose quotes cannot be told; put the command into a script file"
            return copy(2)
        }
        if isAtWord("eval") {
            doubt = "after eval, which would read the task as a script; leave eval out"
        } else if isNested, isAtWord("case") {
            doubt = "after a case inside $( ), whose parentheses do not pair; put the command into a script file"
        }
        if isAt("$'") { return open(.dollarQuotes, 2) }
        if isAt("'") { return open(.singleQuotes, 1) }
        if isAt("\"") { return open(.doubleQuotes, 1) }
        if openSubstitution() { return }
        if isAt("(") {
            places[places.count - 1] = .commands(isNested: isNested, parentheses: parentheses + 1)
        } else if isAt(")"), parentheses > 0 {
            places[places.count - 1] = .commands(isNested: isNested, parentheses: parentheses - 1)
        } else if isAt(")"), isNested {
            places.removeLast()
        }
        copy()
    }

    private mutating func readParameter() {
        if isAt("\\") { return copy(2) }
        // Whether a quote counts depends on the shell and on what is around; both readings must come to the same.
        if isAt("'") || isAt("\"") {
            doubt = "after ${ } with quotes inside, which shells read differently; set a variable before it"
        }
        if isAt("}") {
            places.removeLast()
            copy()
        } else if !openSubstitution() {
            copy()
        }
    }

    private mutating func readArithmetic(_ parentheses: Int) {
        if isAt("\\") { return copy(2) }
        if parentheses == 0, isAt("))") {
            places.removeLast()
            return copy(2)
        }
        if isAt("(") { places[places.count - 1] = .arithmetic(parentheses: parentheses + 1) }
        if isAt(")") {
            guard parentheses > 0 else {
                // `$((` was a subshell in a substitution.
                doubt = "after $(( that is not closed by )); write $( ( with a blank"
                return copy()
            }
            places[places.count - 1] = .arithmetic(parentheses: parentheses - 1)
        }
        if !openSubstitution() { copy() }
    }

    private mutating func readUntil(_ end: String) {
        if isAt("\\") { return copy(2) }
        if isAt(end) { places.removeLast() }
        copy()
    }

    /// Whether a substitution began here.
    private mutating func openSubstitution() -> Bool {
        if isAt("$((") {
            open(.arithmetic(parentheses: 0), 3)
        } else if isAt("$(") {
            open(.commands(isNested: true, parentheses: 0), 2)
        } else if isAt("${}") {
            // Not a parameter: a dollar and a placeholder.
            doubt = "after a dollar, which would make it a name; write \\$ for the character"
            copy()
        } else if isAt("${") {
            open(.parameter, 2)
        } else if isAt("`") {
            open(.backquotes, 1)
        } else if isAt("$") {
            copy()
        } else {
            return false
        }
        return true
    }

    // MARK: Bytes

    private mutating func open(_ place: Place, _ count: Int) {
        places.append(place)
        copy(count)
    }

    private mutating func copy(_ count: Int = 1) {
        let end = min(position + count, input.count)
        output += input[position..<end]
        position = end
    }

    private mutating func copyLine() {
        while position < input.count, input[position] != UInt8(ascii: "\n") { copy() }
    }

    private func isAt(_ text: String) -> Bool { input[position...].starts(with: text.utf8) }

    private var isAtWordStart: Bool {
        position == 0 || " \t\n;&|()".utf8.contains(input[position - 1])
    }

    private func isAtWord(_ word: String) -> Bool {
        guard isAtWordStart, isAt(word) else { return false }
        let end = position + word.utf8.count
        return end == input.count || " \t\n;&|()".utf8.contains(input[end])
    }
}
