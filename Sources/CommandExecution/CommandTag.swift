/// What several commands have in common that are ended together.
package struct CommandTag: Hashable, Sendable {
    private let text: String

    /// Commands of the same text belong together.
    package init(_ text: String) {
        self.text = text
    }

    /// None in particular.
    package static let none = CommandTag("")
}
