/// A content type with its parameters (RFC 9110, section 8.3.1).
package struct MediaType: Hashable, Sendable {
    /// Type and subtype in lower case, such as `text/plain`.
    package let name: String
    /// The parameters by their names in lower case.
    package let parameters: [String: String]

    /// Reads a field's value; nil where it is none. Of two parameters of a name there is no telling which is meant.
    package init?(_ value: String) {
        var reader = FieldReader(value)
        guard let type = reader.token(), reader.take("/"), let subtype = reader.token(),
            let parameters = reader.parameters()
        else { return nil }
        name = (type + "/" + subtype).lowercased()
        self.parameters = parameters
    }
}

/// Reads a field's value from left to right: tokens, quoted strings and parameters (RFC 9110, section 5.6).
struct FieldReader {
    private var rest: ArraySlice<UInt8>
    private let escapesQuotesAlone: Bool

    /// - Parameter escapesQuotesAlone: whether a back-slash in a quoted string escapes a quotation mark or another one, and
    ///   stands for itself before anything else; by default it escapes whatever follows.
    init(_ value: String, escapesQuotesAlone: Bool = false) {
        rest = Array(value.utf8)[...]
        self.escapesQuotesAlone = escapesQuotesAlone
    }

    /// One or more characters of a token.
    mutating func token() -> String? {
        let token = rest.prefix { Self.isTokenCharacter($0) }
        guard !token.isEmpty else { return nil }
        rest = rest.dropFirst(token.count)
        return String(decoding: token, as: UTF8.self)
    }

    /// A character, if it comes next.
    mutating func take(_ character: Character) -> Bool {
        guard let byte = character.asciiValue, rest.first == byte else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Everything up to the end as `; name=value`; nil where it is something else, or a name comes twice.
    mutating func parameters() -> [String: String]? {
        var parameters: [String: String] = [:]
        skipBlanks()
        while !rest.isEmpty {
            guard take(";") else { return nil }
            skipBlanks()
            if rest.isEmpty { break }
            guard let name = token(), take("="), let value = token() ?? quotedString(),
                parameters.updateValue(value, forKey: name.lowercased()) == nil
            else { return nil }
            skipBlanks()
        }
        return parameters
    }

    private mutating func skipBlanks() {
        rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
    }

    private mutating func quotedString() -> String? {
        guard take("\"") else { return nil }
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(validating: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let next = rest.first else { return nil }
                let isEscape = !escapesQuotesAlone || next == UInt8(ascii: "\"") || next == byte
                bytes.append(isEscape ? next : byte)
                if isEscape { rest = rest.dropFirst() }
            case 0x09, 0x20...0x7E, 0x80...0xFF: bytes.append(byte)
            default: return nil
            }
        }
        return nil
    }

    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
