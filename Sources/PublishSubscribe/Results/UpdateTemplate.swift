import SwiftZMQ

/// A line with placeholders for what an update has: `{time} {topic} {payload}`.
///
/// `\t`, `\n` and `\\` stand for a tab, a newline and a backslash. Braces around anything but a lower-case word are what
/// they are, so that a line may be JSON.
public struct UpdateTemplate: Hashable, Sendable {
    /// A text that is no template.
    public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong with it, and what can be written.
        public let description: String
    }

    enum Placeholder: String, CaseIterable {
        /// When the update came.
        case time
        case topic
        case payload
        /// The bytes of the payload.
        case size
        /// The number of the update, counted from 1.
        case number
        /// The number of its frames.
        case frames
    }

    private enum Part: Hashable {
        case text([UInt8])
        case placeholder(Placeholder)
    }

    private var parts: [Part] = []

    /// Reads a template.
    public init(_ template: [UInt8]) throws(Refusal) {
        var text: [UInt8] = []
        var rest = template[...]
        while let byte = rest.first {
            if byte == UInt8(ascii: "\\"), let escaped = rest.dropFirst().first.flatMap(Self.escaped) {
                text.append(escaped)
                rest = rest.dropFirst(2)
            } else if let name = Self.name(atStartOf: rest) {
                guard let placeholder = Placeholder(rawValue: name) else {
                    let known = Placeholder.allCases.map { "{\($0.rawValue)}" }.joined(separator: " ")
                    throw Refusal(description: "there is no {\(name)}; there are \(known)")
                }
                if !text.isEmpty { parts.append(.text(text)) }
                text = []
                parts.append(.placeholder(placeholder))
                rest = rest.dropFirst(name.utf8.count + 2)
            } else {
                text.append(byte)
                rest = rest.dropFirst()
            }
        }
        if !text.isEmpty { parts.append(.text(text)) }
    }

    private static func escaped(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "\\"): byte
        default: nil
        }
    }

    /// The lower-case word in braces that some bytes begin with.
    private static func name(atStartOf bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.first == UInt8(ascii: "{") else { return nil }
        let word = bytes.dropFirst().prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        guard !word.isEmpty, bytes.dropFirst(word.count + 1).first == UInt8(ascii: "}") else { return nil }
        return String(decoding: word, as: UTF8.self)
    }

    /// Appends the line of an update, with its newline.
    ///
    /// - Parameters:
    ///   - number: the update's, counted from 1.
    ///   - time: when it came.
    public func append(_ update: Update, number: Int, at time: Timestamp, to line: inout [UInt8]) {
        for part in parts {
            switch part {
            case .text(let text): line += text
            case .placeholder(.time): time.append(to: &line)
            case .placeholder(.topic): update.withTopic { line.append(contentsOf: $0) }
            case .placeholder(.payload): update.withPayload { line.append(contentsOf: $0) }
            case .placeholder(.size): line += String(update.withPayload(\.count)).utf8
            case .placeholder(.number): line += String(number).utf8
            case .placeholder(.frames): line += String(update.message.count).utf8
            }
        }
        line.append(UInt8(ascii: "\n"))
    }
}
