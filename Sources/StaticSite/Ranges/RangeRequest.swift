import TextFormats

/// What a `Range` field asks for (RFC 9110, section 14.2).
struct RangeRequest: Equatable {
    /// One of the ranges.
    enum Part: Equatable {
        /// From a place on, up to another one or to the end.
        case from(Int, to: Int?)
        /// As many bytes at the end.
        case last(Int)
    }

    /// More parts than anybody needs who does not want to make work: such a field is not heeded, and neither is the rest
    /// of it.
    static let mostParts = 64

    let parts: [Part]

    /// Reads the field; nil where it is not heeded: another unit, a mistake, or too many parts.
    init?(_ value: String) {
        guard let equals = value.utf8.firstIndex(of: UInt8(ascii: "=")),
            value[..<equals].lowercased() == "bytes"
        else { return nil }
        var parts: [Part] = []
        for member in value[value.utf8.index(after: equals)...].split(separator: ",") {
            let text = member.trimmingBlanks
            if text.isEmpty { continue }
            guard parts.count < Self.mostParts, let part = Self.part(text) else { return nil }
            parts.append(part)
        }
        guard !parts.isEmpty else { return nil }
        self.parts = parts
    }

    private static func part(_ text: Substring) -> Part? {
        guard let dash = text.utf8.firstIndex(of: UInt8(ascii: "-")) else { return nil }
        let first = text[..<dash]
        let last = text[text.utf8.index(after: dash)...]
        if first.isEmpty { return number(last).map { .last($0) } }
        guard let start = number(first) else { return nil }
        if last.isEmpty { return .from(start, to: nil) }
        guard let end = number(last), end >= start else { return nil }
        return .from(start, to: end)
    }

    /// A number without sign; one that is too large for anything is the largest.
    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text) ?? .max
    }
}

extension RangeRequest {
    /// What of a representation is to be sent.
    enum Selection: Equatable {
        case whole
        case ranges([Range<Int>])
        /// None of the ranges has anything in it (416).
        case unsatisfiable
    }

    /// What the request selects of so many bytes.
    ///
    /// Ranges that overlap, or that lie so close that a part's head costs more than what is between them, are joined and
    /// stand in the order of the bytes; the others in that of the request. So no request gets more than the whole and the
    /// parts' heads.
    func select(of length: Int) -> Selection {
        // A range at the end of nothing is all of it, which no Content-Range can say.
        if length == 0, parts.contains(where: { if case .last(1...) = $0 { true } else { false } }) { return .whole }
        let ranges = parts.compactMap { part -> Range<Int>? in
            switch part {
            case .from(let start, let end):
                guard start < length else { return nil }
                return start..<(min(end ?? .max, length - 1) + 1)
            case .last(let count):
                guard count > 0, length > 0 else { return nil }
                return max(0, length - count)..<length
            }
        }
        guard !ranges.isEmpty else { return .unsatisfiable }
        let sorted = ranges.sorted { $0.lowerBound < $1.lowerBound }
        var joined: [Range<Int>] = []
        for range in sorted {
            if let last = joined.last, range.lowerBound <= last.upperBound + Self.leastGap {
                joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        return .ranges(joined.count == ranges.count ? ranges : joined)
    }

    /// About what the head of a part takes.
    private static let leastGap = 80
}
