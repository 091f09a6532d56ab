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
    /// Whatever else the text has, such as comments and further sections, is passed over. Names are indented by blanks or
    /// tabs, each as far as the one before it, or less. A value that contains `#` stands in quotes, as it would end there.
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
        /// How far the last name of the section is in; what is further in belongs to that name.
        var depth: Int?
        // Some editors put a mark in front of a text, by which they know it as UTF-8.
        let text = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
        for line in text.split(whereSeparator: \.isNewline) {
            let content = line.drop { $0 == " " || $0 == "\t" }
            guard let first = content.first, first != "#" else { continue }
            let indentation = Self.width(of: line[..<content.startIndex])
            guard indentation > 0 else {
                section = String(content.prefix { !$0.isWhitespace && $0 != "#" && $0 != "=" })
                depth = nil
                continue
            }
            // A name that is less far in than the ones before is one of the section's, too: passed over, a secret key
            // would be missing without a word.
            if let depth, indentation > depth { continue }
            depth = indentation
            guard let equals = content.firstIndex(of: "=") else { continue }
            let name = String(Self.trimmed(content[..<equals]))
            try take(name, Self.value(content[content.index(after: equals)...]), in: section)
        }
    }

    /// How wide blanks and tabs are, where a tab goes on to the next multiple of four as RFC 4 counts levels.
    private static func width(of blanks: Substring) -> Int {
        blanks.reduce(0) { width, blank in blank == "\t" ? (width / 4 + 1) * 4 : width + 1 }
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
                explanation: "\(name.debugDescription) is no name for metadata")
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
                explanation: "the value of \(name) has a control character, or both kinds of quotes")
        }
        return quote + value + quote
    }

    static func malformed(_ explanation: String) -> ZMQError {
        ZMQError(code: .invalidArgument, operation: "read a certificate", explanation: explanation)
    }
}
