import CommandExecution

/// Reads a shell command from left to right, and replaces the placeholders that stand where a shell takes a word as it is.
///
/// It does not try to know what every shell makes of every text. It accepts what it is sure of — a plain argument of a
/// program, or the name of a redirection's file — and refuses a placeholder everywhere else.
struct ShellScanner {
    /// A word of the command.
    private struct Word {
        /// What it is without its quotes, as far as it is not computed.
        var text: [UInt8] = []
        var isQuoted = false
        var isComputed = false
        var isLiteral = true
        var placeholders = 0
        /// How much of the text comes before anything that is quoted or computed; nil for all of it.
        var plainCount: Int?

        mutating func notePlainEnd() { plainCount = plainCount ?? text.count }
    }

    /// The command whose words are being read.
    private struct Simple {
        var command: Word?
        var arguments: [Word] = []
        /// Whether the next word is the file of a redirection.
        var isRedirecting = false
    }

    private let input: [UInt8]
    private let hasColumns: Bool
    private var position = 0
    private var simple = Simple()
    private var doubts = ShellDoubts()
    private var placeholderCount = 0
    private(set) var output: [UInt8] = []
    /// What the arguments after the first stand for.
    private(set) var others: [Placeholder] = []
    private(set) var takesTask = false

    init(_ command: [UInt8], hasColumns: Bool) {
        input = command
        self.hasColumns = hasColumns
        output.reserveCapacity(input.count + 16)
    }

    mutating func run() throws(ShellScript.Refusal) {
        while position < input.count { try readToken() }
        if let doubt = doubts.first, takesTask || !others.isEmpty { throw refusal(of: placeholderCount, doubt) }
    }

    // MARK: Tokens

    private mutating func readToken() throws(ShellScript.Refusal) {
        let byte = input[position]
        if " \t".utf8.contains(byte) {
            copy()
        } else if isAt("\\\n") {
            copy(2)
        } else if byte == UInt8(ascii: "#") {
            copyLine()
        } else if "\n;&|()".utf8.contains(byte) {
            readSeparator(byte)
        } else if byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") {
            readRedirection()
        } else {
            try take(readWord())
        }
    }

    private mutating func readSeparator(_ byte: UInt8) {
        if isAt("((") { doubts.add("in a command with ((, where a shell computes") }
        let isFirst = position == 0 || " \t\n;&|(".utf8.contains(input[position - 1])
        if byte == UInt8(ascii: "("), !isFirst || simple.command != nil {
            doubts.add("in a command that defines a function or an array")
        }
        if isAt("&>") { doubts.add("in a command with &>, which shells read differently; write > file 2>&1") }
        simple = Simple()
        doubts.endCommand()
        copy()
    }

    private mutating func readRedirection() {
        if isAt("<<"), !isAt("<<<") {
            doubts.add("in a command with a here-document, whose quotes cannot be told")
        }
        if isAt("<(") || isAt(">(") { doubts.add("in a command with <( ) or >( )") }
        while position < input.count, "<>&|".utf8.contains(input[position]) { copy() }
        simple.isRedirecting = true
    }

    // MARK: Words

    private mutating func take(_ word: Word) throws(ShellScript.Refusal) {
        let isBeforeRedirection = position < input.count && "<>".utf8.contains(input[position])
        if isBeforeRedirection, !word.text.isEmpty, word.text.allSatisfy({ (0x30...0x39).contains($0) }) { return }
        if simple.isRedirecting {
            simple.isRedirecting = false
            return try check(word, !word.isComputed && !word.isQuoted, "in a name that is quoted or computed")
        }
        guard let command = simple.command else { return try takeCommand(word) }
        defer { simple.arguments.append(word) }
        doubts.note(argument: String(decoding: word.text, as: UTF8.self), isComputed: word.isComputed)
        guard word.placeholders > 0 else { return }
        try check(word, !word.isQuoted && !word.isComputed, "in a word that is quoted or computed")
        try checkArgument(of: command, word)
    }

    private mutating func takeCommand(_ word: Word) throws(ShellScript.Refusal) {
        try check(
            word, false, "where the command begins; to run each task as a command, let a shell read it: --exec sh")
        let isPlain = word.isLiteral && !word.isQuoted && !word.isComputed
        let text = String(decoding: word.text, as: UTF8.self)
        if isPlain, ShellWords.leading.contains(text) { return }
        if let equals = word.text.firstIndex(of: UInt8(ascii: "=")), equals < word.plainCount ?? word.text.count,
            ShellWords.isName(word.text[..<equals])
        {
            return
        }
        doubts.note(command: text, isComputed: word.isComputed)
        simple.command = word
    }

    private func checkArgument(of command: Word, _ word: Word) throws(ShellScript.Refusal) {
        let name = String(decoding: command.text, as: UTF8.self)
        guard command.isLiteral, !command.isQuoted, !command.isComputed, command.text.allSatisfy(ShellWords.isPlain)
        else {
            throw refusal(of: placeholderCount, "after a command whose name is quoted or computed")
        }
        guard !ShellWords.builtIn.contains(name) else {
            throw refusal(of: placeholderCount, "after \(name), which the shell itself carries out")
        }
        if name == "printf" {
            let format = simple.arguments.first
            guard let format, !format.isComputed, format.placeholders == 0, format.text.first != UInt8(ascii: "-")
            else {
                throw refusal(of: placeholderCount, "as the first word of printf; write printf '%s' {}")
            }
        }
        let words = ([command] + simple.arguments).map { $0.isComputed || $0.placeholders > 0 ? nil : $0.text }
        guard let place = CommandWords.objection(after: words) else { return }
        throw refusal(
            of: placeholderCount, "\(place); to run each task as a command, let a shell read it: --exec sh")
    }

    /// Refuses the placeholders of a word unless something holds.
    private func check(_ word: Word, _ holds: Bool, _ reason: String) throws(ShellScript.Refusal) {
        guard word.placeholders > 0, !holds else { return }
        throw refusal(of: placeholderCount, reason)
    }

    private mutating func readWord() throws(ShellScript.Refusal) -> Word {
        var word = Word()
        while position < input.count, !" \t\n;&|()<>".utf8.contains(input[position]) {
            if isAt("\\\n") {
                copy(2)
            } else if isAt("\\") {
                word.isLiteral = false
                word.notePlainEnd()
                if position + 1 < input.count { word.text.append(input[position + 1]) }
                copy(2)
            } else if isAt("'") {
                word.isQuoted = true
                word.notePlainEnd()
                word.text += try copyQuoted(until: "'", escapes: false)
            } else if isAt("\"") {
                word.isQuoted = true
                word.notePlainEnd()
                let start = output.count
                try copyDoubleQuotes()
                let inside = output[start...].dropFirst().dropLast()
                word.text += inside
                if inside.contains(where: { "$`".utf8.contains($0) }) { word.isComputed = true }
            } else if isAt("`") || isAt("$") {
                word.isComputed = true
                word.notePlainEnd()
                try copyComputed()
            } else if let (placeholder, length) = placeholder() {
                replace(placeholder, length)
                word.placeholders += 1
            } else {
                word.text.append(input[position])
                copy()
            }
        }
        return word
    }

    // MARK: Quotes

    private mutating func copyQuoted(until end: String, escapes: Bool) throws(ShellScript.Refusal) -> [UInt8] {
        let start = output.count + 1
        copy()
        while position < input.count, !isAt(end) {
            try refusePlaceholder("in quotes")
            copy(escapes && isAt("\\") ? 2 : 1)
        }
        defer { copy() }
        return Array(output[min(start, output.count)...])
    }

    private mutating func copyDoubleQuotes() throws(ShellScript.Refusal) {
        copy()
        while position < input.count, !isAt("\"") {
            if isAt("\\") {
                copy(2)
            } else if isAt("$") || isAt("`") {
                try copyComputed(isInQuotes: true)
            } else {
                try refusePlaceholder("in quotes")
                copy()
            }
        }
        copy()
    }

    /// Copies what a shell computes, from the dollar or the backquote on.
    private mutating func copyComputed(isInQuotes: Bool = false) throws(ShellScript.Refusal) {
        if isAt("`") {
            _ = try copyQuoted(until: "`", escapes: true)
        } else if isAt("$'"), !isInQuotes {
            copy()
            _ = try copyQuoted(until: "'", escapes: true)
        } else if isAt("$(") || isAt("${") || isAt("$[") {
            let (open, close) = (input[position + 1], Self.closing(input[position + 1]))
            copy(2)
            try copyNested(open, close)
        } else {
            copy()
        }
    }

    private mutating func copyNested(_ open: UInt8, _ close: UInt8) throws(ShellScript.Refusal) {
        var depth = 1
        while position < input.count, depth > 0 {
            if open != UInt8(ascii: "{") || !isAt("}") { try refusePlaceholder("in what a shell computes") }
            doubtNested(open)
            if isAt("\\") {
                copy(2)
            } else if isAt("'"), open != UInt8(ascii: "{") {
                _ = try copyQuoted(until: "'", escapes: false)
            } else if isAt("\"") {
                try copyDoubleQuotes()
            } else if isAt("`") || isAt("$") {
                try copyComputed()
            } else {
                if input[position] == open { depth += 1 }
                if input[position] == close { depth -= 1 }
                copy()
            }
        }
    }

    /// Doubts what this scanner and shells, or two shells, may read differently inside `$( )` and `${ }`.
    private mutating func doubtNested(_ open: UInt8) {
        if open == UInt8(ascii: "{") {
            if isAt("'") || isAt("\"") {
                doubts.add("in a command with quotes inside ${ }, which shells read differently")
            }
        } else if open == UInt8(ascii: "(") {
            if isAt("case") { doubts.add("in a command with case inside $( ), whose parentheses do not pair") }
            if isAt("<<"), !isAt("<<<") { doubts.add("in a command with a here-document, whose quotes cannot be told") }
            if isAt("#"), " \t\n;&|(".utf8.contains(input[position - 1]) {
                doubts.add("in a command with a comment inside $( ), whose quotes are none")
            }
        }
    }

    private static func closing(_ open: UInt8) -> UInt8 {
        switch open {
        case UInt8(ascii: "("): UInt8(ascii: ")")
        case UInt8(ascii: "{"): UInt8(ascii: "}")
        default: UInt8(ascii: "]")
        }
    }

    // MARK: Placeholders

    private mutating func refusePlaceholder(_ reason: String) throws(ShellScript.Refusal) {
        guard placeholder() != nil else { return }
        throw refusal(of: placeholderCount + 1, reason)
    }

    private func refusal(of number: Int, _ reason: String) -> ShellScript.Refusal {
        ShellScript.Refusal(
            description: "the placeholder number \(number) stands \(reason); the task is also in \"$TASK\"; "
                + "in sums, [[ ]], eval and trap a shell reads that again, too, so check there what it is first")
    }

    /// The placeholder that begins here, and its length.
    private func placeholder() -> (Placeholder, Int)? {
        Placeholder.read(input[position...], hasColumns: hasColumns)
    }

    private mutating func replace(_ placeholder: Placeholder, _ length: Int) {
        placeholderCount += 1
        let argument: Int
        if placeholder == .task {
            takesTask = true
            argument = 1
        } else if let index = others.firstIndex(of: placeholder) {
            argument = index + 2
        } else {
            others.append(placeholder)
            argument = others.count + 1
        }
        output += Array("\"${\(argument)}\"".utf8)
        position += length
    }

    // MARK: Bytes

    private mutating func copy(_ count: Int = 1) {
        let end = min(position + count, input.count)
        output += input[position..<end]
        position = end
    }

    private mutating func copyLine() {
        while position < input.count, input[position] != UInt8(ascii: "\n") { copy() }
    }

    private func isAt(_ text: String) -> Bool { input[position...].starts(with: text.utf8) }
}
