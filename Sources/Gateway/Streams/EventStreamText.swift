import SwiftZMQ

/// Messages as server-sent events: the text that an `EventSource` reads (WHATWG HTML, section 9.2).
///
/// Whatever the bytes of a topic and a payload are, what comes out is one event of valid UTF-8, and the reader gets back
/// what was sent as far as such a text can hold it: bytes that are not UTF-8 become U+FFFD; a line break within a payload is
/// read as a line feed, whichever it was; and a line break or NUL within a topic becomes U+FFFD, as the name of an event is
/// one line.
enum EventStreamText {
    /// Keeps a connection from looking idle, and does nothing else.
    static let comment = Frame(":\n\n")

    /// Tells a reader that asked for what came after an event that something is missing, or may be.
    static let gap = Frame("event: gap\ndata: \n\n")

    /// Tells a reader how many messages were dropped for it.
    static func dropped(_ count: Int) -> Frame { Frame("event: dropped\ndata: \(count)\n\n") }

    /// A message. Without a topic it is an event of the type `message`.
    static func event(id: UInt64, topic: Frame, payload: Frame) -> Frame {
        var text: [UInt8] = []
        text.reserveCapacity(topic.count + payload.count + 48)
        text += "id: \(id)\n".utf8
        if !topic.isEmpty {
            text += "event: ".utf8
            append(topic, to: &text) { byte, text in
                switch byte {
                case carriageReturn, lineFeed, 0: text += replacement
                default: text.append(byte)
                }
            }
            text.append(lineFeed)
        }
        text += dataField
        var follows = false
        append(payload, to: &text) { byte, text in
            // A line feed behind a carriage return belongs to it.
            if byte == lineFeed, follows {
                follows = false
                return
            }
            follows = byte == carriageReturn
            if byte == carriageReturn || byte == lineFeed {
                text.append(lineFeed)
                text += dataField
            } else {
                text.append(byte)
            }
        }
        text.append(lineFeed)
        text.append(lineFeed)
        return Frame(text)
    }

    private static let dataField = Array("data: ".utf8)
    private static let replacement = Array("\u{FFFD}".utf8)
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let lineFeed = UInt8(ascii: "\n")

    /// Hands the bytes of a frame to a closure, repaired where they are not UTF-8.
    private static func append(_ frame: Frame, to text: inout [UInt8], _ write: (UInt8, inout [UInt8]) -> Void) {
        frame.withUnsafeBytes { bytes in
            if bytes.allSatisfy({ $0 < 0x80 }) {
                for byte in bytes { write(byte, &text) }
            } else {
                for byte in String(decoding: bytes, as: UTF8.self).utf8 { write(byte, &text) }
            }
        }
    }
}
