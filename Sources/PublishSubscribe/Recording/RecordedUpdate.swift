import Foundation
public import SwiftZMQ
import TextFormats

/// An update as a line of a recording: when it came, and all its frames.
///
///     {"time":"2026-11-24T12:00:00.123456Z","frames":[{"data":"10001 42"}]}
///
/// A frame that is not UTF-8 has `data_base64` in the place of `data`.
public struct RecordedUpdate: Sendable {
    /// When it came.
    public let time: Timestamp
    /// What came.
    public let message: Message

    /// An update.
    public init(_ message: Message, at time: Timestamp) {
        self.time = time
        self.message = message
    }

    /// The first line of a recording, without its newline.
    public static let header = Array(#"{"recording":"pubsub","version":1}"#.utf8)

    /// Appends the line, with its newline.
    public func append(to line: inout [UInt8]) {
        line.append(contentsOf: #"{"time":""#.utf8)
        time.append(to: &line, fraction: 6)
        line.append(contentsOf: #"","frames":["#.utf8)
        for (index, frame) in message.enumerated() {
            line.append(contentsOf: (index == 0 ? "{" : ",{").utf8)
            frame.withUnsafeBytes { JSONText.appendMember("data", $0, to: &line) }
            line.append(UInt8(ascii: "}"))
        }
        line.append(contentsOf: "]}\n".utf8)
    }

    private struct Line: Decodable {
        struct Part: Decodable {
            let data: String?
            let data_base64: String?
        }

        let time: String
        let frames: [Part]
    }

    /// Reads a line, without its newline.
    ///
    /// - Returns: nil for one that is no update: half a line, which the end of a program has left, or another text.
    public init?(line: some Sequence<UInt8>) {
        guard let line = try? JSONDecoder().decode(Line.self, from: Data(line)), let time = Timestamp(line.time.utf8),
            !line.frames.isEmpty
        else { return nil }
        var frames: [Frame] = []
        for part in line.frames {
            if let text = part.data {
                frames.append(Frame(text))
            } else if let text = part.data_base64, let data = Data(base64Encoded: text) {
                frames.append(Frame(Array(data)))
            } else {
                return nil
            }
        }
        self.init(Message(frames), at: time)
    }
}
