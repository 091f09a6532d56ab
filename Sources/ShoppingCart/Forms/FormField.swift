/// A field of a form: a name and what was entered.
package struct FormField: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Why a form cannot be read.
package enum FormMistake: Error, Hashable, Sendable {
    /// It breaks the rules of its encoding; what is wrong.
    case malformed(String)
    /// A field holds a file.
    case file(field: String)
    /// It has more fields than anybody enters.
    case tooManyFields
}

/// The rules that both encodings share.
enum Form {
    /// The most fields of a form.
    static let mostFields = 200

    /// Text that was sent as bytes.
    static func text(_ bytes: some Collection<UInt8>) throws(FormMistake) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed("the form is not in UTF-8")
        }
        return text
    }
}
