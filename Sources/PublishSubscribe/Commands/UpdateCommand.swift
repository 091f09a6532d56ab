import CommandExecution

/// A command that is run for updates.
///
/// What an update holds is never read as a part of the command. A shell gets it as data alone, in the variables `TOPIC`
/// and `PAYLOAD` and as `"$1"` and `"$2"`. A command with `{topic}` or `{payload}` in it is not given to a shell at all: its
/// words are the program and its arguments, as they stand. So whatever a shell would do something with is refused there, and
/// so is a placeholder that would name the program, or that a shell among the words would read as a script.
public struct UpdateCommand: Hashable, Sendable {
    /// A command that cannot be run so.
    public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong with it, and what can be written.
        public let description: String
    }

    /// Why a command cannot be run for an update.
    public struct Misfit: Error, Hashable, Sendable, CustomStringConvertible {
        /// What does not fit, and what to do about it.
        public let description: String
    }

    private enum Piece: Hashable {
        case text([UInt8])
        case topic
        case payload
    }

    private enum Form: Hashable {
        case script([UInt8])
        case words([[Piece]])
    }

    /// The longest value that is given as an argument or a variable, in bytes: the system takes no more than 128 KiB.
    public static let longestValue = 100_000

    private let form: Form

    /// Reads a command.
    public init(_ command: [UInt8]) throws(Refusal) {
        guard command.contains(where: { $0 != UInt8(ascii: " ") }), !command.contains(0) else {
            throw Refusal(description: "a command is needed, such as 'cat >> file'")
        }
        let words = command.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.map(Self.pieces)
        guard words.contains(where: { $0.contains { $0 == .topic || $0 == .payload } }) else {
            form = .script(command)
            return
        }
        for case .text(let text) in words.joined() {
            if let byte = text.first(where: { "|&;<>()$`\\\"'*?[]#~!{}\n\r".utf8.contains($0) }) {
                throw Self.refusal(of: byte)
            }
        }
        if case .text(let text)? = words.first?.first, text.contains(UInt8(ascii: "=")) {
            throw Self.refusal(of: UInt8(ascii: "="))
        }
        for (index, word) in words.enumerated() where Self.text(of: word) == nil {
            guard let place = CommandWords.objection(after: words[..<index].map(Self.text)) else { continue }
            throw Refusal(description: "a placeholder stands \(place); \(Self.remedy)")
        }
        form = .words(words)
    }

    /// A word without a placeholder; nil for one with some.
    private static func text(of word: [Piece]) -> [UInt8]? {
        guard word.count == 1, case .text(let text) = word[0] else { return nil }
        return text
    }

    private static let remedy =
        "let the command read its standard input, or write \"$TOPIC\" and \"$PAYLOAD\", but not in sums, [[ ]] and eval, where a "
        + "shell reads their text as its own"

    private static func refusal(of byte: UInt8) -> Refusal {
        let character = byte < 0x20 ? "a line end" : "'\(Character(Unicode.Scalar(byte)))'"
        return Refusal(
            description: "with {topic} or {payload} no shell is used, and \(character) is for a shell; \(remedy)")
    }

    private static func pieces(of word: ArraySlice<UInt8>) -> [Piece] {
        var pieces: [Piece] = []
        var text: [UInt8] = []
        var rest = word
        func placeholder() -> (Piece, Int)? {
            if rest.starts(with: "{topic}".utf8) { return (.topic, 7) }
            return rest.starts(with: "{payload}".utf8) ? (.payload, 9) : nil
        }
        while let byte = rest.first {
            if let (piece, length) = placeholder() {
                if !text.isEmpty { pieces.append(.text(text)) }
                text = []
                pieces.append(piece)
                rest = rest.dropFirst(length)
            } else {
                text.append(byte)
                rest = rest.dropFirst()
            }
        }
        if !text.isEmpty { pieces.append(.text(text)) }
        return pieces
    }

    /// The program and its arguments for an update.
    public func words(topic: [UInt8], payload: [UInt8]) throws(Misfit) -> [[UInt8]] {
        switch form {
        case .script(let script):
            var words = ["sh", "-c"].map { Array($0.utf8) } + [script, Array("sh".utf8)]
            // What cannot be an argument is on standard input all the same.
            if Self.fits(topic), Self.fits(payload) { words += [topic, payload] }
            return words
        case .words(let words):
            var result: [[UInt8]] = []
            for word in words {
                var bytes: [UInt8] = []
                for piece in word {
                    switch piece {
                    case .text(let text): bytes += text
                    case .topic: bytes += try Self.argument(topic, "{topic}")
                    case .payload: bytes += try Self.argument(payload, "{payload}")
                    }
                }
                result.append(bytes)
            }
            return result
        }
    }

    /// The variables that are set for an update, each `NAME=value`; none for what cannot be one.
    public func variables(topic: [UInt8], payload: [UInt8]) -> [[UInt8]] {
        [("TOPIC", topic), ("PAYLOAD", payload)].filter { Self.fits($0.1) }.map { Array("\($0.0)=".utf8) + $0.1 }
    }

    private static func argument(_ value: [UInt8], _ name: String) throws(Misfit) -> [UInt8] {
        if value.contains(0) {
            throw Misfit(description: "a zero byte cannot be in \(name); let the command read its standard input")
        }
        guard value.count <= longestValue else {
            throw Misfit(
                description: "\(value.count) bytes are too many for \(name); let the command read its standard input")
        }
        return value
    }

    private static func fits(_ value: [UInt8]) -> Bool { value.count <= longestValue && !value.contains(0) }
}
