/// `multipart/form-data` (RFC 7578), as forms send it that may hold files.
package struct MultipartForm {
    private let delimiter: [UInt8]
    private static let longestHead = 4096

    /// Makes a reader for the boundary that the content type names.
    ///
    /// It is looked for as it is, so that clients may take other characters for it than those of RFC 2046, section 5.1.1, as
    /// some do with `*****`.
    ///
    /// - Throws: where there is none, or one that is too long, ends with a blank or has a character that is not visible.
    package init(_ type: MediaType) throws(FormMistake) {
        guard let boundary = type.parameters["boundary"], (1...70).contains(boundary.utf8.count), boundary.last != " ",
            boundary.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { throw .malformed("the content type names no boundary") }
        delimiter = Array("--\(boundary)".utf8)
    }

    /// The fields in their order.
    ///
    /// What stands in lines before the first boundary or behind the last is passed over (RFC 2046, section 5.1.1): some
    /// clients begin or end with an empty line.
    ///
    /// - Throws: where a rule is broken, a part holds a file, or there are too many.
    package func fields(_ body: [UInt8]) throws(FormMistake) -> [FormField] {
        var fields: [FormField] = []
        var rest = try behindFirstDelimiter(of: body)
        while true {
            // Behind a boundary: two dashes at the end, and in any case the end of the line.
            let isLast = rest.starts(with: "--".utf8)
            rest = rest.dropFirst(isLast ? 2 : 0).drop { $0 == 0x20 || $0 == 0x09 }
            if isLast, rest.isEmpty || rest.starts(with: "\r\n".utf8) { return fields }
            guard rest.starts(with: "\r\n".utf8) else { throw .malformed("a boundary does not end its line") }
            rest = rest.dropFirst(2)
            guard fields.count < Form.mostFields else { throw .tooManyFields }
            let name = try Self.head(&rest)
            guard let end = rest.firstRange(of: Self.newLine + delimiter) else {
                throw .malformed("the form breaks off: its last boundary is missing")
            }
            fields.append(FormField(name, try Form.text(rest[..<end.lowerBound])))
            rest = rest[end.upperBound...]
        }
    }

    private static let newLine = Array("\r\n".utf8)

    private func behindFirstDelimiter(of body: [UInt8]) throws(FormMistake) -> ArraySlice<UInt8> {
        if body.starts(with: delimiter) { return body[delimiter.count...] }
        guard let first = body.firstRange(of: Self.newLine + delimiter) else {
            throw .malformed("the form has no line that begins with its boundary")
        }
        return body[first.upperBound...]
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
        // Browsers leave a back-slash as it is, as in the name of a field that is a path.
        var reader = FieldReader(disposition, escapesQuotesAlone: true)
        guard reader.token()?.lowercased() == "form-data", let parameters = reader.parameters(),
            let name = parameters["name"]
        else { throw .malformed("a part has no name") }
        // Browsers write these three so, and nothing else.
        let text = name.replacing("%22", with: "\"").replacing("%0D", with: "\r").replacing("%0A", with: "\n")
        guard parameters["filename"] == nil, parameters["filename*"] == nil else { throw .file(field: text) }
        return text
    }
}
