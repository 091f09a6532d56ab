import Foundation

/// A message as `Documentation/worker-protocol.md` shows it.
package struct FrameListing: Sendable {
    /// What stands behind the fence: the dialect, and what the listing is of.
    package let label: String
    /// The name of the command.
    package let name: String
    /// Whether it goes from the worker to the gateway.
    package let isFromWorker: Bool
    /// The bytes of its frames.
    package let frames: [[UInt8]]

    /// All messages that the page shows, in order.
    package static let all: [FrameListing] = blocks("frames").flatMap { label, text in
        // A line that begins with blanks goes on with the one before.
        text.replacing("\n    ", with: " ").split(separator: "\n").map { line in
            let isFromWorker = line.contains(" → ")
            let parts = line.components(separatedBy: isFromWorker ? " → " : " ← ")
            return FrameListing(
                label: label, name: parts[0], isFromWorker: isFromWorker, frames: frames(in: parts.dropFirst().joined())
            )
        }
    }

    /// The text of the page, empty where it cannot be read.
    package static let page =
        (try? String(contentsOfFile: PackageFolder.path("Documentation/worker-protocol.md"), encoding: .utf8)) ?? ""

    /// The contents of the page's blocks of one kind, with what stands behind the kind's name.
    package static func blocks(_ kind: String) -> [(label: String, text: String)] {
        page.components(separatedBy: "```\(kind)").dropFirst().map { rest in
            let block = rest.components(separatedBy: "\n```")[0]
            let label = block.prefix { $0 != "\n" }
            return (label.trimmingCharacters(in: .whitespaces), String(block.dropFirst(label.count + 1)))
        }
    }

    /// A text in which some characters are escaped, as it is meant.
    package static func unescaped(_ text: some StringProtocol) -> String {
        String(text).replacing("\\r", with: "\r").replacing("\\n", with: "\n").replacing("\\\"", with: "\"")
    }

    private static func frames(in text: String) -> [[UInt8]] {
        text.matches(of: /"(?<text>(?:[^"\\]|\\.)*)"|(?<bytes>[0-9a-f]+)/).map { match in
            if let text = match.text { return Array(unescaped(text).utf8) }
            let digits = Array(match.bytes ?? "")
            return stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(digits[$0..<min($0 + 2, digits.count)]), radix: 16)
            }
        }
    }
}
