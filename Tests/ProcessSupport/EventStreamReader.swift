/// Reads server-sent events as a browser does (WHATWG HTML, section 9.2.6), to the letter and without a shortcut.
package struct EventStreamReader: Sendable {
    /// An event that would be dispatched.
    package struct Event: Hashable, Sendable {
        package var type: String
        package var data: String
        package var lastEventID: String

        package init(_ type: String, _ data: String, lastEventID: String = "") {
            self.type = type
            self.data = data
            self.lastEventID = lastEventID
        }
    }

    /// The events that have come.
    package private(set) var events: [Event] = []
    /// How many comments have come.
    package private(set) var comments = 0
    /// The bytes of a line that is not whole yet, and perhaps of a character.
    private var line: [UInt8] = []
    private var sawCarriageReturn = false
    private var isFirstLine = true
    private var data = ""
    private var type = ""
    private var lastEventID = ""

    package init() {}

    /// Takes what came, in whatever pieces.
    package mutating func receive(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n") where sawCarriageReturn: sawCarriageReturn = false
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                sawCarriageReturn = byte == UInt8(ascii: "\r")
                endLine()
            default:
                sawCarriageReturn = false
                line.append(byte)
            }
        }
    }

    private mutating func endLine() {
        var text = String(decoding: line, as: UTF8.self)[...]
        line.removeAll()
        if isFirstLine, text.unicodeScalars.first == "\u{FEFF}" { text = String(text.unicodeScalars.dropFirst())[...] }
        isFirstLine = false
        if text.isEmpty { return dispatch() }
        let scalars = text.unicodeScalars
        guard let colon = scalars.firstIndex(of: ":") else { return process(String(text), "") }
        if colon == scalars.startIndex {
            comments += 1
            return
        }
        var value = scalars[scalars.index(after: colon)...]
        if value.first == " " { value = value.dropFirst() }
        process(String(scalars[..<colon]), String(value))
    }

    private mutating func process(_ field: String, _ value: String) {
        switch field {
        case "event": type = value
        case "data": data.unicodeScalars += (value + "\n").unicodeScalars
        case "id": if !value.unicodeScalars.contains("\0") { lastEventID = value }
        default: break
        }
    }

    private mutating func dispatch() {
        defer {
            data = ""
            type = ""
        }
        guard !data.unicodeScalars.isEmpty else { return }
        var scalars = data.unicodeScalars
        if scalars.last == "\n" { scalars.removeLast() }
        events.append(Event(type.isEmpty ? "message" : type, String(scalars), lastEventID: lastEventID))
    }
}
