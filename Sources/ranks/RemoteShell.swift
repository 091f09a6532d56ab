import ArgumentParser
import CommandLineSupport

/// The command that runs another on a host, with its arguments: `ssh`, or `ssh -o "ProxyCommand=ssh -W %h:%p gate"`.
struct RemoteShell: Sendable {
    /// The command and its arguments, byte for byte.
    let words: [[UInt8]]

    /// Takes a text apart as a shell does, at blanks that are not in quotes; nothing in it is expanded.
    static func parse(_ text: String) throws -> RemoteShell {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in text {
            if let opened = quote {
                if character == opened { quote = nil } else { word?.append(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let word { words.append(word) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { throw ValidationError("--remote-shell \(text): a quote is not closed") }
        if let word { words.append(word) }
        guard words.first?.isEmpty == false else {
            throw ValidationError("--remote-shell is empty: a command is needed, such as ssh")
        }
        return RemoteShell(words: words.map(ProcessArguments.bytes))
    }

    /// A word as a shell reads it that is to take it as it is.
    static func quoted(_ word: [UInt8]) -> [UInt8] {
        let quote = UInt8(ascii: "'")
        return [quote] + word.flatMap { $0 == quote ? Array("'\\''".utf8) : [$0] } + [quote]
    }
}
