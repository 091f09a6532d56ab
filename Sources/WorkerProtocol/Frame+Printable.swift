package import SwiftZMQ

extension Frame {
    /// The bytes for a line of a log or a document: text as it is, unless a control character is in it, which whoever
    /// sent it may mean to begin a line with; then the text is in quotes and the character escaped.
    package var printable: String {
        let text = description
        let isPlain = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        return isPlain ? text : debugDescription
    }

    /// The same for no more than a number of bytes, so that nobody fills a log with one message.
    package func printablePrefix(_ limit: Int) -> String {
        guard count > limit else { return printable }
        return Frame(prefix(limit)).printable + "…"
    }
}

extension Message {
    /// The frame at a position, or an error that says that a command has none there.
    func required(_ position: Int, of command: String) throws(WorkerProtocolError) -> Frame {
        guard let frame = frame(at: position) else {
            throw WorkerProtocolError(.frameCount, "\(command) has \(count) frames, and none at position \(position)")
        }
        return frame
    }
}
