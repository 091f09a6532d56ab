extension CurveCertificate {
    /// Reads a certificate from the text of its file.
    ///
    /// ```
    /// metadata
    ///     name = "Ada"
    /// curve
    ///     public-key = "…"
    ///     secret-key = "…"
    /// ```
    ///
    /// Whatever else the text has, such as comments and further sections, is passed over.
    ///
    /// - Throws: ``ZMQError`` with `.invalidArgument` where there is no public key, a key is malformed or comes twice, or
    ///   the secret key does not belong to the public one. The error contains nothing of the text.
    public init(text: String) throws(ZMQError) {
        let parser = try CertificateText(text)
        guard let publicText = parser.publicKey else { throw CertificateText.malformed("it has no public-key") }
        let publicKey = try CurveKey(z85: publicText)
        guard let secretText = parser.secretKey else {
            self.init(publicKey, metadata: parser.metadata)
            return
        }
        let keys = CurveKeyPair(publicKey: publicKey, secretKey: try CurveSecretKey(z85: secretText))
        guard try keys.isConsistent else {
            throw CertificateText.malformed("its secret-key does not belong to its public-key")
        }
        self.init(keys, metadata: parser.metadata)
    }

    /// The text of the certificate's file, with the secret key if it has one.
    ///
    /// - Throws: ``ZMQError`` with `.invalidArgument` for metadata that the format cannot hold: a name that is not made
    ///   of letters, digits and `$-_@.&+/`, or begins like a key's; a value with a control character, or with both kinds
    ///   of quotes.
    public var text: String {
        get throws(ZMQError) {
            var lines = ["#   ZeroMQ CURVE \(secretKey == nil ? "public" : "**secret**") certificate"]
            if secretKey == nil {
                lines.append("#   Make sure that it is whose it says before you trust it.")
            } else {
                lines.append("#   Give it to nobody, and leave its permissions as they are.")
            }
            lines += ["", "metadata"]
            for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
                lines.append(
                    "    \(try CertificateText.validName(name)) = \(try CertificateText.quoted(value, of: name))")
            }
            lines += ["curve", "    public-key = \"\(publicKey.z85)\""]
            if let secretKey { lines.append("    secret-key = \"\(secretKey.z85)\"") }
            return lines.joined(separator: "\n") + "\n"
        }
    }
}

extension CurveKeyPair {
    /// Whether the two keys belong together. True where the installed libzmq cannot tell.
    fileprivate var isConsistent: Bool {
        get throws(ZMQError) {
            do throws(ZMQError) {
                return try CurveKeyPair(secretKey: secretKey).publicKey == publicKey
            } catch {
                guard error.code == .unsupported else { throw error }
                return true
            }
        }
    }
}

/// As much of ZPL as certificates are made of: sections, and under them names and values, further in.
private struct CertificateText {
    private(set) var publicKey: String?
    private(set) var secretKey: String?
    private(set) var metadata: [String: String] = [:]

    init(_ text: String) throws(ZMQError) {
        var section = ""
        /// How far the names of the section are in; what is further in belongs to one of them.
        var depth: Int?
        for line in text.split(whereSeparator: \.isNewline) {
            let content = line.drop { $0 == " " || $0 == "\t" }
            guard let first = content.first, first != "#" else { continue }
            let indentation = line.count - content.count
            guard indentation > 0 else {
                section = String(content.prefix { !$0.isWhitespace && $0 != "#" && $0 != "=" })
                depth = nil
                continue
            }
            if depth == nil { depth = indentation }
            guard indentation == depth, let equals = content.firstIndex(of: "=") else { continue }
            let name = String(Self.trimmed(content[..<equals]))
            try take(name, Self.value(content[content.index(after: equals)...]), in: section)
        }
    }

    private mutating func take(_ name: String, _ value: String, in section: String) throws(ZMQError) {
        switch (section, name) {
        case ("curve", "public-key"):
            guard publicKey == nil else { throw Self.malformed("it has more than one public-key") }
            publicKey = value
        case ("curve", "secret-key"):
            guard secretKey == nil else { throw Self.malformed("it has more than one secret-key") }
            secretKey = value
        case ("metadata", _): metadata[name] = value
        default: break
        }
    }

    /// A value in quotes of either kind, or up to a comment.
    private static func value(_ text: Substring) -> String {
        let text = trimmed(text)
        if let quote = text.first, quote == "\"" || quote == "'", let end = text.dropFirst().firstIndex(of: quote) {
            return String(text[..<end].dropFirst())
        }
        return String(trimmed(text.prefix { $0 != "#" }))
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }

    static func validName(_ name: String) throws(ZMQError) -> String {
        let isMadeOfNameCharacters = name.utf8.allSatisfy { character in
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                true
            default: "$-_@.&+/".utf8.contains(character)
            }
        }
        // pyzmq looks for lines that begin so, in whichever section.
        let isTakenForKey = name.hasPrefix("public-key") || name.hasPrefix("secret-key")
        guard !name.isEmpty, isMadeOfNameCharacters, !isTakenForKey else {
            throw ZMQError(
                code: .invalidArgument, operation: "write a certificate",
                remedy: "\(name.debugDescription) is no name for metadata")
        }
        return name
    }

    static func quoted(_ value: String, of name: String) throws(ZMQError) -> String {
        let hasControlCharacter = value.unicodeScalars.contains { scalar in
            scalar.properties.generalCategory == .control || Character(scalar).isNewline
        }
        let quote = value.contains("\"") ? "'" : "\""
        guard !hasControlCharacter, !value.contains(quote) else {
            throw ZMQError(
                code: .invalidArgument, operation: "write a certificate",
                remedy: "the value of \(name) has a control character, or both kinds of quotes")
        }
        return quote + value + quote
    }

    static func malformed(_ remedy: String) -> ZMQError {
        ZMQError(code: .invalidArgument, operation: "read a certificate", remedy: remedy)
    }
}
