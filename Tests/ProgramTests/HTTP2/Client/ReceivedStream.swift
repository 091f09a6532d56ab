/// What came of an answer.
struct ReceivedStream: Sendable {
    /// The method that was asked with, as far as it changes what may come.
    var isHead = false
    /// The 1xx that came before.
    var interim: [Int] = []
    var status: Int?
    /// The fields of the head, in their order, without `:status`.
    var fields: [(name: String, value: String)] = []
    var body: [UInt8] = []
    var hasEnded = false
    var reset: HTTP2Code?
    /// The sizes of the DATA frames that came.
    var pieces: [Int] = []

    var text: String { String(decoding: body, as: UTF8.self) }
    var isOver: Bool { hasEnded || reset != nil }

    /// The values of a field.
    subscript(name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// The `code` member of a problem document.
    var problem: String? {
        guard self["content-type"].first?.hasPrefix("application/problem+json") == true,
            let match = text.firstMatch(of: /"code":\s*"([^"]*)"/)
        else { return nil }
        return String(match.1)
    }
}

extension ReceivedStream: CustomStringConvertible {
    var description: String {
        var parts = interim.map(String.init) + [status.map(String.init) ?? "no status"]
        parts += fields.map { "\($0.name): \($0.value.prefix(60))" }
        parts.append("\(body.count) bytes “\(text.prefix(300))”")
        if hasEnded { parts.append("END_STREAM") }
        if let reset { parts.append("RST_STREAM \(reset)") }
        return parts.joined(separator: ", ")
    }
}
