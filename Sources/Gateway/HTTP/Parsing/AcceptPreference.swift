/// Which of the two forms of a problem answer a client would rather read (RFC 9110, section 12.5.1).
struct AcceptPreference {
    private var text = Weight()
    private var json = Weight()

    /// Whether `text/plain` has a higher weight than `application/problem+json` in the `accept` fields.
    ///
    /// The most specific range that covers a type decides about it; equal weights leave the choice to the server,
    /// which prefers the structured form.
    var prefersText: Bool { text.thousandths > json.thousandths }

    /// Takes an `accept` field into account; several lines are one list (RFC 9110, section 5.3).
    mutating func note(_ value: Range<Int>, in bytes: Span<UInt8>) {
        MediaRange.forEach(in: value, of: bytes) { range in
            let name = bytes.extracting(range.type)
            if ASCII.equal(name, "text/plain") {
                text.note(range.weight, specificity: 3)
            } else if ASCII.equal(name, "text/*") {
                text.note(range.weight, specificity: 2)
            } else if ASCII.equal(name, "application/problem+json") {
                json.note(range.weight, specificity: 3)
            } else if ASCII.equal(name, "application/json") || ASCII.equal(name, "application/*") {
                json.note(range.weight, specificity: 2)
            } else if ASCII.equal(name, "*/*") {
                text.note(range.weight, specificity: 1)
                json.note(range.weight, specificity: 1)
            }
        }
    }

    private struct Weight {
        var thousandths = 0
        var specificity = 0

        mutating func note(_ weight: Int, specificity: Int) {
            guard specificity > self.specificity else { return }
            self.specificity = specificity
            thousandths = weight
        }
    }
}
