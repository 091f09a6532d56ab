/// `multipart/form-data` (RFC 7578), as forms send it that may hold files.
package struct MultipartForm {
    private let delimiter: [UInt8]
    private static let longestHead = 4096

    /// Makes a reader for the boundary that the content type names.
    ///
    /// - Throws: where it names none that is one (RFC 2046, section 5.1.1).
    package init(_ type: MediaType) throws(FormMistake) {
        guard let boundary = type.parameters["boundary"], (1...70).contains(boundary.utf8.count), boundary.last != " ",
            boundary.utf8.allSatisfy({ Self.isBoundaryCharacter($0) })
        else { throw .malformed("the content type names no boundary") }
        delimiter = Array("--\(boundary)".utf8)
    }

    /// The fields in their order.
    ///
    /// Nothing may stand before the first part or behind the last.
    ///
    /// - Throws: where a rule is broken, a part holds a file, or there are too many.
    package func fields(_ body: [UInt8]) throws(FormMistake) -> [FormField] {
        guard body.starts(with: delimiter) else { throw .malformed("the form does not begin with its boundary") }
        var fields: [FormField] = []
        var rest = body[delimiter.count...]
        while true {
            // Behind a boundary: two dashes at the end, a new line before a part.
            if rest.starts(with: "--".utf8) {
                rest = rest.dropFirst(2).drop { $0 == 0x20 || $0 == 0x09 }
                guard rest.isEmpty || rest.elementsEqual("\r\n".utf8) else {
                    throw .malformed("something stands behind the form's end")
                }
                return fields
            }
            rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
            guard rest.starts(with: "\r\n".utf8) else { throw .malformed("a boundary does not end its line") }
            rest = rest.dropFirst(2)
            guard fields.count < Form.mostFields else { throw .tooManyFields }
            let name = try Self.head(&rest)
            guard let end = rest.firstRange(of: Array("\r\n".utf8) + delimiter) else {
                throw .malformed("the form breaks off: its last boundary is missing")
            }
            fields.append(FormField(name, try Form.text(rest[..<end.lowerBound])))
            rest = rest[end.upperBound...]
        }
    }

    /// Reads the lines of a part's head, and the name that they give it.
    private static func head(_ rest: inout ArraySlice<UInt8>) throws(FormMistake) -> String {
        var name: String?
        var length = 0
        while true {
            guard let end = rest.firstRange(of: "\r\n".utf8) else { throw .malformed("the head of a part breaks off") }
            let line = rest[..<end.lowerBound]
            rest = rest[end.upperBound...]
            length += line.count
            guard length <= longestHead else { throw .malformed("the head of a part is too long") }
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
                throw .malformed("a line in the head of a part has no colon")
            }
            let value = try Form.text(line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 })
            switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
            case "content-disposition":
                guard name == nil else { throw .malformed("a part has two names") }
                name = try self.name(value)
            case "content-type":
                guard let type = MediaType(value), ["utf-8", nil].contains(type.parameters["charset"]?.lowercased())
                else {
                    throw .malformed("a part is not in UTF-8")
                }
            case "content-transfer-encoding":
                guard ["7bit", "8bit", "binary"].contains(value.lowercased()) else {
                    throw .malformed("a part is in an encoding that forms do not have")
                }
            default: break
            }
        }
        guard let name else { throw .malformed("a part has no name") }
        return name
    }

    private static func name(_ disposition: String) throws(FormMistake) -> String {
        var reader = FieldReader(disposition)
        guard reader.token()?.lowercased() == "form-data", let parameters = reader.parameters(),
            let name = parameters["name"]
        else { throw .malformed("a part has no name") }
        // Browsers write these three so, and nothing else.
        let text = name.replacing("%22", with: "\"").replacing("%0D", with: "\r").replacing("%0A", with: "\n")
        guard parameters["filename"] == nil, parameters["filename*"] == nil else { throw .file(field: text) }
        return text
    }

    private static func isBoundaryCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "'()+_,-./:=? ".utf8.contains(byte)
        }
    }
}
