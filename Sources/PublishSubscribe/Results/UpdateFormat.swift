public import SwiftZMQ
import TextFormats

/// How a subscriber prints an update.
@frozen
public enum UpdateFormat: String, CaseIterable, Sendable {
    /// The topic, a blank and the payload.
    case text
    /// An object with the members `topic`, `payload` and `time`; `…_base64` in the place of one that is not UTF-8.
    case json
    /// The payload alone.
    case payload

    /// Appends the line of an update, with its newline.
    @inlinable
    public func append(_ update: Update, to line: inout [UInt8]) {
        switch self {
        case .text: appendText(update, to: &line)
        case .payload: update.withPayload { line.append(contentsOf: $0) }
        case .json: appendObject(update, at: .now, to: &line)
        }
        line.append(UInt8(ascii: "\n"))
    }

    @inlinable
    func appendText(_ update: Update, to line: inout [UInt8]) {
        update.head.withUnsafeBytes { line.append(contentsOf: $0) }
        guard update.message.count > 1 else { return }
        line.append(UInt8(ascii: " "))
        update.withPayload { line.append(contentsOf: $0) }
    }

    @usableFromInline
    func appendObject(_ update: Update, at time: Timestamp, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "{"))
        update.withTopic { JSONText.appendMember("topic", $0, to: &line) }
        line.append(UInt8(ascii: ","))
        update.withPayload { JSONText.appendMember("payload", $0, to: &line) }
        line.append(contentsOf: ",\"time\":\"".utf8)
        time.append(to: &line)
        line.append(contentsOf: "\"}".utf8)
    }
}
