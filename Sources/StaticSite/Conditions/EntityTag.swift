import TextFormats

/// A validator of a representation (RFC 9110, section 8.8.3).
struct EntityTag: Hashable {
    /// Whether it only says that representations are as good as the same.
    let isWeak: Bool
    /// What stands between the quotation marks.
    let opaque: String

    /// As a field has it.
    var text: String { (isWeak ? "W/" : "") + "\"\(opaque)\"" }

    /// Whether both name the same bytes.
    func matchesStrongly(_ other: EntityTag) -> Bool { !isWeak && !other.isWeak && opaque == other.opaque }

    /// Whether both name what is as good as the same.
    func matchesWeakly(_ other: EntityTag) -> Bool { opaque == other.opaque }
}

extension EntityTag {
    /// The tag of a file: of its times to the nanosecond and its length; and of the contents in their place where these are
    /// part of the program.
    ///
    /// Of the two times one can be set back, as `cp -p` and `rsync` do, and other bytes then have the same; the other is the
    /// system's, and differs between copies on several machines.
    ///
    /// - Parameters:
    ///   - coding: tells a file beside another one, such as its compressed form, from that one.
    ///   - now: in nanoseconds since 1970. What was changed within the last second may be changed again without a trace,
    ///     as clocks of file systems are coarse: until then the tag is weak. A time further in the future than a second, as of
    ///     a file from a machine whose clock is ahead, does not make it weak: a later change sets another time.
    init(of file: SiteFile, coding: String = "", now: Int) {
        let times = [file.modified, file.touched].map { UInt64(bitPattern: Int64($0)) }
        let parts = (file.digest.map { [$0] } ?? times) + [UInt64(file.size)]
        let isRecent = [file.modified, file.touched].contains { time in
            let (age, isBeyond) = now.subtractingReportingOverflow(time)
            return !isBeyond && age.magnitude < 1_000_000_000
        }
        isWeak = file.digest == nil && isRecent
        opaque = (parts.map { String($0, radix: 16) } + (coding.isEmpty ? [] : [coding])).joined(separator: "-")
    }

    /// Reads one tag; nil for anything else.
    init?(_ text: some StringProtocol) {
        var rest = Substring(text)[...]
        guard let tag = Self.take(from: &rest), rest.isEmpty else { return nil }
        self = tag
    }

    /// Takes a tag from the beginning of a text.
    static func take(from text: inout Substring) -> EntityTag? {
        var rest = text
        let isWeak = rest.hasPrefix("W/")
        if isWeak { rest = rest.dropFirst(2) }
        guard rest.utf8.first == UInt8(ascii: "\"") else { return nil }
        rest = rest[rest.utf8.index(after: rest.startIndex)...]
        guard let end = rest.utf8.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        let opaque = rest[..<end]
        guard opaque.utf8.allSatisfy({ $0 == 0x21 || (0x23...0x7E).contains($0) || $0 >= 0x80 }) else { return nil }
        text = rest[rest.utf8.index(after: end)...]
        return EntityTag(isWeak: isWeak, opaque: String(opaque))
    }
}

/// What `If-Match` and `If-None-Match` hold.
enum EntityTagCondition: Equatable {
    /// `*`: whatever there is.
    case any
    case tags([EntityTag])

    /// Reads the field's value; nil where it is neither `*` nor a list of tags.
    init?(_ value: String) {
        var rest = Substring(value).trimmingBlanks
        if rest == "*" {
            self = .any
            return
        }
        var tags: [EntityTag] = []
        while true {
            // Empty members of a list are passed over (section 5.6.1.2).
            rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "," }
            if rest.isEmpty { break }
            guard let tag = EntityTag.take(from: &rest) else { return nil }
            tags.append(tag)
            rest = rest.trimmingBlanks
            guard rest.isEmpty || rest.first == "," else { return nil }
        }
        guard !tags.isEmpty else { return nil }
        self = .tags(tags)
    }
}
