import HTTPTypes
import TextFormats

/// The conditions of a request, in the order in which they are looked at (RFC 9110, section 13.2.2).
struct Preconditions {
    /// What comes of them.
    enum Outcome: Equatable {
        /// The request is carried out.
        case proceed
        /// 304: the client has it.
        case notModified
        /// 412: it is not what the client takes it for.
        case failed
    }

    /// The validators of what would be sent.
    struct Representation {
        let tag: EntityTag
        /// In seconds since 1970.
        let modified: Int
    }

    let fields: HTTPFields
    /// In seconds since 1970.
    let now: Int

    /// Looks at the conditions of a GET or HEAD.
    func evaluate(_ representation: Representation) -> Outcome {
        if let value = fields[.ifMatch] {
            // What cannot be read names nothing that is there.
            guard matches(EntityTagCondition(value), representation.tag, { $0.matchesStrongly($1) }) else {
                return .failed
            }
        } else if let value = fields[.ifUnmodifiedSince], let date = HTTPDate.seconds(of: value, now: now) {
            guard representation.modified <= date else { return .failed }
        }
        if let value = fields[.ifNoneMatch] {
            if matches(EntityTagCondition(value), representation.tag, { $0.matchesWeakly($1) }) { return .notModified }
        } else if let value = fields[.ifModifiedSince], let date = HTTPDate.seconds(of: value, now: now) {
            if representation.modified <= date { return .notModified }
        }
        return .proceed
    }

    /// Whether `Range` is to be heeded: there is no `If-Range`, or it names exactly what would be sent (section 13.1.5).
    func allowRange(_ representation: Representation) -> Bool {
        guard let value = fields[.ifRange] else { return true }
        if let tag = EntityTag(Substring(value).trimmingBlanks) { return tag.matchesStrongly(representation.tag) }
        guard let date = HTTPDate.seconds(of: value, now: now) else { return false }
        // A time tells bytes apart only when no second change can have happened within it (section 8.8.2.2).
        return date == representation.modified && now > representation.modified + 1
    }

    private func matches(
        _ condition: EntityTagCondition?, _ tag: EntityTag, _ compare: (EntityTag, EntityTag) -> Bool
    ) -> Bool {
        switch condition {
        case .any: true
        case .tags(let tags): tags.contains { compare($0, tag) }
        case nil: false
        }
    }
}
